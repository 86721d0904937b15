"""
Selects from a lock (PEP 751) what the target gets, with pip's own `packaging`.

Input: pylock (text), environment (the target's markers), python ([3, 12]), platforms (tags, best first), app (absolute
path that relative paths of the lock start from), hashes (allowed sha256 by name, if the app's files name any), requireHashes.
Answer: what `Answer` in `select.ts` says.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

#: Stands for the hash of a file that the lock does not tell one of; PEP 751 demands one.
UNKNOWN = {"unknown": "unknown"}


def answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"distributions": select(request)}
    except Refused as error:
        return {"error": {"reason": error.reason, "name": error.name, "message": str(error)}}


class Refused(Exception):
    """Nothing can be selected. `reason`: lock, python, unusable, hash, unhashed or outside."""

    def __init__(self, reason: str, message: str, name: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.name = name


def select(request: dict[str, Any]) -> list[dict[str, Any]]:
    from pip._internal.utils.compat import tomllib
    from pip._vendor.packaging.pylock import (
        Pylock,
        PylockSelectError,
        PylockValidationError,
    )

    try:
        lock = tomllib.loads(request["pylock"])
    except tomllib.TOMLDecodeError as error:
        raise Refused("lock", str(error)) from error
    for package in lock.get("packages", []):
        tidy(package, request)
    try:
        selected = list(
            Pylock.from_dict(lock).select(environment=request["environment"], tags=tags(request))
        )
    except PylockValidationError as error:
        raise Refused("lock", str(error)) from error
    except PylockSelectError as error:
        # The class says no more than its text; "No wheel found" is the one that names a distribution.
        text = str(error)
        name = text.split("'")[1] if "'" in text and "package '" in text else None
        raise Refused("python" if "python_full_version" in text else "unusable", text, name) from error
    return [describe(package, chosen, request) for package, chosen in selected]


def tags(request: dict[str, Any]) -> tuple[Any, ...]:
    return tags_of(tuple(request["python"]), tuple(request["platforms"]))


@lru_cache
def tags_of(version: tuple[int, ...], platforms: tuple[str, ...]) -> tuple[Any, ...]:
    from pip._vendor.packaging.tags import compatible_tags, cpython_tags

    interpreter = "cp" + "".join(str(part) for part in version)
    return (
        *cpython_tags(version, abis=[interpreter], platforms=platforms),
        *compatible_tags(version, interpreter=interpreter, platforms=platforms),
    )


def tidy(package: dict[str, Any], request: dict[str, Any]) -> None:
    """Brings a package into the form that `packaging` accepts, and leaves only files with an allowed hash."""
    from pip._vendor.packaging.utils import InvalidWheelFilename, parse_wheel_filename

    name = package.get("name", "")
    allowed: list[str] | None = request["hashes"].get(name)
    files = [*package.get("wheels", []), *(package[key] for key in ("sdist", "archive") if key in package)]
    for file in files:
        file["hashes"] = file.get("hashes") or local_hash(file, request["app"]) or UNKNOWN
    wheels = []
    for wheel in package.get("wheels", []):
        # Told from the URL, it would be percent-encoded, as in `torch-2.5.1%2Bcpu-…`.
        wheel["name"] = filename(wheel)
        try:
            parse_wheel_filename(wheel["name"])
        except InvalidWheelFilename:
            continue  # pip passes over it as well.
        wheels.append(wheel)
    if "wheels" in package:
        package["wheels"] = wheels
    if "sdist" in package and "version" in package:
        # Old archives have names that PEP 625 does not allow.
        package["sdist"]["name"] = f"{name}-{package['version']}.tar.gz"
    if allowed is None:
        return
    package["wheels"] = [wheel for wheel in package.get("wheels", []) if is_allowed(wheel, allowed)]
    if "sdist" in package and not is_allowed(package["sdist"], allowed):
        del package["sdist"]
    if not package["wheels"]:
        del package["wheels"]
    archive = package.get("archive")
    rejected = archive is not None and not is_allowed(archive, allowed)
    nothing = not any(key in package for key in ("wheels", "sdist", "archive", "vcs", "directory"))
    if rejected or nothing:
        raise Refused("hash", "no file has one of the hashes that are asked for", name)


def is_allowed(file: dict[str, Any], allowed: list[str]) -> bool:
    weaker = any(":" in value for value in allowed)
    return weaker or file["hashes"] is UNKNOWN or str(file["hashes"].get("sha256", "")).lower() in allowed


def local_hash(file: dict[str, Any], app: str) -> dict[str, str] | None:
    path = local_path(file, app)
    if path is None or not os.path.isfile(path):
        return None
    with open(path, "rb") as stream:
        return {"sha256": hashlib.sha256(stream.read()).hexdigest()}


def local_path(file: dict[str, Any], app: str) -> str | None:
    if file.get("path"):
        return os.path.join(app, file["path"])
    url = urlsplit(file.get("url") or "")
    return url2pathname(url.path) if url.scheme == "file" else None


def filename(file: dict[str, Any]) -> str:
    given = file.get("name")
    return given or unquote(urlsplit(file.get("url") or "").path or file.get("path") or "").rsplit("/", 1)[-1]


def describe(package: Any, chosen: Any, request: dict[str, Any]) -> dict[str, Any]:
    from pip._vendor.packaging.pylock import (
        PackageArchive,
        PackageDirectory,
        PackageVcs,
        PackageWheel,
    )
    from pip._vendor.packaging.utils import (
        InvalidSdistFilename,
        InvalidWheelFilename,
        parse_sdist_filename,
        parse_wheel_filename,
    )

    app: str = request["app"]
    version = None if package.version is None else str(package.version)
    if request["requireHashes"] and package.name not in request["hashes"]:
        raise Refused("unhashed", "it has no hash", package.name)
    if isinstance(chosen, PackageDirectory):
        path = os.path.join(app, chosen.path)
        refuse_outside(path, app, package.name)
        source: dict[str, Any] = {
            "kind": "directory",
            "path": os.path.relpath(path, app).replace(os.sep, "/"),
            "editable": bool(chosen.editable),
        }
        return {"name": package.name, "version": version, "location": path, "source": source}
    if isinstance(chosen, PackageVcs):
        source = {"kind": "vcs", "url": chosen.url or chosen.path, "commit": chosen.commit_id, "editable": False}
        return {"name": package.name, "version": version, "location": source["url"], "source": source}
    file = {"url": chosen.url, "path": chosen.path}
    name = filename(file)
    kind = "sdist"
    if isinstance(chosen, PackageWheel) or name.endswith(".whl"):
        kind = "wheel"
    elif isinstance(chosen, PackageArchive):
        kind = "archive"
    if version is None:
        try:
            version = str((parse_wheel_filename if kind == "wheel" else parse_sdist_filename)(name)[1])
        except (InvalidWheelFilename, InvalidSdistFilename):
            pass  # Only building can tell.
    path = local_path(file, app)
    url = chosen.url
    if path is not None:
        refuse_outside(path, app, package.name)
        url = os.path.relpath(path, app).replace(os.sep, "/")
    sha256 = chosen.hashes.get("sha256")
    if kind == "wheel" and not fits(name, request):
        raise Refused("unusable", f"{name} is not for the target", package.name)
    return {
        "name": package.name,
        "version": version,
        "location": path or chosen.url,
        "source": {
            "kind": kind,
            "filename": name,
            "url": url,
            "sha256": sha256 and sha256.lower(),
            "size": chosen.size,
        },
    }


def refuse_outside(path: str, app: str, name: str) -> None:
    """What a link leads to does not come with the app."""
    top = os.path.realpath(app)
    if os.path.commonpath([top, os.path.realpath(path)]) != top:
        raise Refused("outside", "it is not in the app", name)


def fits(name: str, request: dict[str, Any]) -> bool:
    """A wheel that is named by its address has not been chosen by its tags."""
    from pip._vendor.packaging.utils import parse_wheel_filename

    return not parse_wheel_filename(name)[3].isdisjoint(tags(request))
