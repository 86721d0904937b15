"""
Tells which distribution requires which, for the target.

Input: environment (the target's markers), distributions ({name: Requires-Dist strings}), direct ([{name, extras}]).
Answer: pairs [from, to], sorted.
"""

from __future__ import annotations

from typing import Any


def answer(request: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted(edges(request))


def edges(request: dict[str, Any]) -> set[tuple[str, str]]:
    from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
    from pip._vendor.packaging.utils import canonicalize_name

    requirements: dict[str, list[Requirement]] = {}
    for name, texts in request["distributions"].items():
        requirements[name] = []
        for text in texts:
            try:
                requirements[name].append(Requirement(text))
            except InvalidRequirement:
                pass  # Old metadata; installers pass over it too, or would have refused the distribution.
    extras: dict[str, set[str]] = {name: set() for name in requirements}
    for item in request["direct"]:
        extras.setdefault(item["name"], set()).update(item["extras"])

    # An extra is asked for on the way to a distribution, so what a node requires is known only when all that lead to
    # it are. Extras are only ever added: going over the nodes until nothing changes comes to an end.
    found: set[tuple[str, str]] = set()
    pending = list(requirements)
    while pending:
        name = pending.pop()
        for requirement in requirements[name]:
            marker = requirement.marker
            if marker is not None and not any(
                marker.evaluate({**request["environment"], "extra": extra}) for extra in ["", *sorted(extras[name])]
            ):
                continue
            to = canonicalize_name(requirement.name)
            if to not in requirements:
                continue
            if to != name:
                found.add((name, to))
            asked = {str(canonicalize_name(extra)) for extra in requirement.extras}
            if not asked <= extras[to]:
                extras[to] |= asked
                pending.append(to)
    return found
