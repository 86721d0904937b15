"""
Reads requirements as PEP 508 writes them.

Input: environment (the target's markers), requirements (strings).
Answer: for each, {name, extras}; null where it is malformed or does not apply to the target.
"""

from __future__ import annotations

from typing import Any


def answer(request: dict[str, Any]) -> list[dict[str, Any] | None]:
    environment = {**request["environment"], "extra": ""}
    return [read(text, environment) for text in request["requirements"]]


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
