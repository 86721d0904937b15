"""
Reads requirements as PEP 508 writes them.

Input (JSON, standard input): library (directory that holds pip, whose `packaging` is used), environment (the target's
markers), requirements (strings).
Output (JSON, standard output): for each, {name, extras}; null where it is malformed or does not apply to the target.
"""

from __future__ import annotations

import json
import sys
from typing import Any


def main() -> None:
    request: dict[str, Any] = json.load(sys.stdin)
    sys.path.insert(0, request["library"])
    environment = {**request["environment"], "extra": ""}
    json.dump([read(text, environment) for text in request["requirements"]], sys.stdout)


def read(text: str, environment: dict[str, str]) -> dict[str, Any] | None:
    from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
    from pip._vendor.packaging.utils import canonicalize_name

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    if requirement.marker is not None and not requirement.marker.evaluate(environment):
        return None
    return {
        "name": canonicalize_name(requirement.name),
        "extras": sorted(canonicalize_name(extra) for extra in requirement.extras),
    }


main()
