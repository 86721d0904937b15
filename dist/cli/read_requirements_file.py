"""
Reads a requirements file as pip reads it: nested files, options, environment variables, continued lines, encodings.

Input: file, indexUrl (null for pip's default) and extraIndexUrls (what pip knows before it opens the file), environment
(the target's markers). The working directory is what relative paths start from.
Answer: what `Answer` or `Refusal` in `requirements-file.ts` says.
"""

from __future__ import annotations

import os
import re
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname


def answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return read_plain(request) or read(request)
    except Refused as error:
        place = {"file": error.file, "line": error.line}
        return {"error": {**place, "message": str(error), "network": is_network(error.__cause__)}}


class Refused(Exception):
    """pip would stop here."""

    def __init__(self, file: str | None, line: int | None, message: str) -> None:
        super().__init__(message)
        self.file = file
        self.line = line


#: A line of nothing but a requirement by name, of which pip asks no more than what `packaging` makes of it.
PLAIN = re.compile(
    r"(?P<requirement>[A-Za-z0-9][A-Za-z0-9._-]*\s*(\[[A-Za-z0-9._,\s-]*\])?\s*([<>=!~]=?=?\s*[A-Za-z0-9.*+!_-]+\s*,?\s*)*)"
    r"(;(?P<marker>.*\S.*))?"
)
#: What ends like an archive may be a file, whatever comes after it.
ARCHIVE = re.compile(r"\.(zip|whl|tar|gz|tgz|bz2|tbz|xz|txz|lz|tlz|lzma)(?![A-Za-z0-9])", re.IGNORECASE)
#: As pip takes them out.
COMMENT = re.compile(r"(^|\s+)#.*$")


def read_plain(request: dict[str, Any]) -> dict[str, Any] | None:
    """
    What pip makes of a file of nothing but plain lines, told by the library that pip has it from: pip itself takes a quarter
    of a second to load. None if the file holds anything else, or anything that is wrong.
    """
    from pip._vendor.packaging.markers import InvalidMarker, Marker
    from pip._vendor.packaging.requirements import InvalidRequirement, Requirement
    from pip._vendor.packaging.specifiers import InvalidSpecifier

    path = request["file"]
    if request["extraIndexUrls"] or os.path.islink(path) or (not os.path.isabs(path) and is_outside(path)):
        return None
    try:
        with open(path, "rb") as stream:
            text = stream.read()
    except OSError:
        return None
    # Another encoding, a continued line, a variable, an option, an address, a path: pip's to read.
    if re.search(rb"[^\t\n\r\x20-\x7e]|coding[:=]|\\|\$\{", text):
        return None
    requirements: list[dict[str, Any]] = []
    for number, written in enumerate(text.decode("ascii").splitlines(), start=1):
        line = COMMENT.sub("", written).strip()
        if not line:
            continue
        plain = PLAIN.fullmatch(line)
        if plain is None or " -" in line or ARCHIVE.search(plain["requirement"]):
            return None
        try:
            required = Requirement(plain["requirement"])
            marker = None if plain["marker"] is None else Marker(plain["marker"].strip())
            applies = holds(marker, request["environment"])
        except (InvalidRequirement, InvalidMarker, InvalidSpecifier, UnknownMarker):
            return None
        if applies:
            requirements.append(described(required, relative(path), number))
    file = {
        "requirements": requirements,
        "indexUrl": None,
        "extraIndexUrls": [],
        "refusing": [],
        "findLinks": [],
        "noLinks": [],
        "noIndex": False,
        "trustedHosts": [],
        "noBinary": [],
        "onlyBinary": [],
        "preferBinary": False,
        "allReleases": [],
        "onlyFinal": [],
        "requireHashes": False,
    }
    return {"file": file, "alone": True}


class UnknownMarker(ValueError):
    """A marker that is well-formed, and of which `packaging` can't tell whether it holds."""


def holds(marker: Any, environment: dict[str, str]) -> bool:
    """Does a requirement apply to the target? `marker` is None if it always does."""
    from pip._vendor.packaging.markers import UndefinedComparison, UndefinedEnvironmentName

    try:
        return marker is None or marker.evaluate({**environment, "extra": ""})
    except (KeyError, UndefinedComparison, UndefinedEnvironmentName) as error:
        raise UnknownMarker from error


def described(required: Any, file: str | None, line: int) -> dict[str, Any]:
    """A requirement as `packaging` has it, with nothing else said of it; None if it has no name."""
    from pip._vendor.packaging.utils import canonicalize_name

    return {
        "file": file,
        "line": line,
        "name": required and canonicalize_name(required.name),
        "extras": sorted(canonicalize_name(extra) for extra in required.extras) if required else [],
        "specifier": "" if required is None else str(required.specifier),
        "prerelease": required is not None and required.specifier.prereleases is True,
        "link": None,
        "editable": False,
        "constraint": False,
        "hashes": [],
    }


def read(request: dict[str, Any]) -> dict[str, Any]:
    from pip._internal.models.index import PyPI
    from pip._internal.req.constructors import install_req_from_parsed_requirement
    from pip._internal.req.req_file import (
        RequirementsFileParser,
        get_line_parser,
        handle_line,
    )
    from pip._vendor.packaging.utils import canonicalize_name

    default = request["indexUrl"] or PyPI.simple_url
    known = [default, *request["extraIndexUrls"]]
    session = make_session(known)
    finder = make_finder(known, session)
    options = make_options()
    parser = RequirementsFileParser(session, get_line_parser(finder))
    files = refuse_outside(parser, request["file"])
    lines = parser.parse(request["file"], False)
    requirements: list[dict[str, Any]] = []
    # Does all of this follow from the text of the one file, whatever else the app, the environment and the network hold?
    alone = True
    while True:
        try:
            line = next(lines)
        except StopIteration:
            break
        except Exception as error:
            # A line that can't be split into options, a nested file that is not there, an encoding that is wrong.
            file, number = place_of(error)
            raise Refused(relative(file), number, text_of(error)) from error
        parsed = None
        before = set(finder.index_urls)
        try:
            parsed = handle_line(line, options=options, finder=finder, session=session)
            for url in finder.index_urls:
                if url not in before and not urlsplit(url).scheme and not os.path.exists(url):
                    raise ValueError(f"\"{url}\" is no address of an index.")
            if parsed is None:
                alone = False  # An option for all.
                continue
            required = install_req_from_parsed_requirement(parsed, user_supplied=True)
        except Exception as error:
            place = None if parsed is None else path_in(parsed.requirement)
            message = text_of(error) if place is None or not is_outside(place) else outside(place)
            raise Refused(relative(line.filename), line.lineno, message) from error
        alone = alone and required.link is None
        try:
            if not holds(required.markers, request["environment"]):
                continue
        except UnknownMarker as error:
            message = f"pip can't tell whether \"{required.markers}\" holds."
            raise Refused(relative(line.filename), line.lineno, message) from error
        link = required.link
        if link is not None and link.is_file and is_outside(link.file_path):
            place = path_in(parsed.requirement) or link.file_path
            raise Refused(relative(line.filename), line.lineno, outside(place))
        requirements.append(
            {
                **described(required.req, relative(line.filename), line.lineno),
                "extras": sorted(canonicalize_name(extra) for extra in required.extras),
                "link": None if link is None else plain_link(link),
                "editable": required.editable,
                "constraint": line.constraint,
                "hashes": hashes_of(required),
            }
        )
    index_urls = list(finder.index_urls)
    names = [item["name"] for item in requirements if item["name"] and not item["link"]]
    control = finder.format_control
    releases = finder.release_control
    places = {place: place_of_files(place) for place in finder.find_links}
    file = {
        "requirements": requirements,
        "indexUrl": None if index_urls[:1] == [default] else next(iter(index_urls), None),
        "extraIndexUrls": index_urls[1:],
        "refusing": [url for url in index_urls if url != default and refuses(url, names, session)],
        "findLinks": [place for place in places.values() if place is not None],
        "noLinks": [written.removeprefix(os.getcwd() + os.sep) for written, place in places.items() if place is None],
        "noIndex": finder.search_scope.no_index,
        "trustedHosts": list(finder.trusted_hosts),
        "noBinary": sorted(control.no_binary),
        "onlyBinary": sorted(control.only_binary),
        "preferBinary": finder.prefer_binary,
        "allReleases": sorted(releases.all_releases) if releases else [],
        "onlyFinal": sorted(releases.only_final) if releases else [],
        # pip turns the mode on by itself as soon as one requirement has a hash.
        "requireHashes": bool(options.require_hashes)
        or (not options.no_require_hashes and any(item["hashes"] for item in requirements)),
    }
    alone = alone and len(files) == 1 and index_urls == [default] and not names_variables(request["file"])
    return {"file": file, "alone": alone}


def names_variables(file: str) -> bool:
    """Might pip put variables of the environment into the text?"""
    with open(file, "rb") as stream:
        return b"${" in stream.read()


def refuse_outside(parser: Any, main_file: str) -> list[str]:
    """
    Keeps pip from files that are not the app's: Heroku would not have them, and what pip says of their lines (a
    password in ~/.netrc, the environment in /proc) must not be shown. The main file may be one that was made for pip.
    Gives the files that pip has read, as it goes on.
    """
    parse_file = parser._parse_file
    files: list[str] = []

    def checked(filename: str, *rest: Any) -> Any:
        scheme = urlsplit(filename).scheme
        made = filename == main_file and os.path.isabs(filename) and not os.path.islink(filename)
        if scheme not in ("http", "https") and not made:
            if is_outside(url2pathname(urlsplit(filename).path) if scheme == "file" else filename):
                raise OutsideError(outside("what it links to" if filename == main_file else "what it includes"))
        files.append(filename)
        return parse_file(filename, *rest)

    parser._parse_file = checked
    return files


class OutsideError(ValueError):
    """A file that is asked for is not in the app."""


def is_outside(path: str) -> bool:
    """Is it not the app's? What a link leads to does not come with it."""
    top = os.path.realpath(".")
    return os.path.commonpath([top, os.path.realpath(path)]) != top


def outside(place: str) -> str:
    return f"{place} is not in the app, and so not on Heroku."


def path_in(requirement: str) -> str | None:
    """The path that a requirement consists of; None if it is a name or an address."""
    path = re.split(r"[\[;#\s]", requirement, maxsplit=1)[0]
    return path if path.startswith((".", "/")) else None


def place_of_files(place: str) -> str | None:
    """A place to find files at, as uv takes it; None for what is not in the app, which pip on Heroku passes over."""
    url = urlsplit(place)
    if url.scheme not in ("", "file"):
        return place
    path = url2pathname(url.path) if url.scheme == "file" else place
    return os.path.abspath(path) if os.path.exists(path) and not is_outside(path) else None


def refuses(index_url: str, names: list[str], session: Any) -> bool:
    """
    Does an index refuse access? uv and pip pass over such an index without a word and take what the others have. To be
    forbidden (403) counts only where there are credentials: some public indexes say so of what they do not have.
    """
    from pip._internal.exceptions import PipError
    from pip._vendor.requests.exceptions import RequestException

    if not names:
        return False
    try:
        url = f"{index_url.rstrip('/')}/{names[0]}/"
        response = session.get(url, headers={"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.1"})
    except (PipError, RequestException, OSError):
        return False  # uv will tell more of it.
    return response.status_code in (401, 407) or (response.status_code == 403 and "@" in urlsplit(index_url).netloc)


def make_session(index_urls: list[str]) -> Any:
    from pip._internal.network.session import PipSession

    session = PipSession(index_urls=index_urls, retries=2)
    session.timeout = 30
    session.auth.prompting = False
    if "subprocess" in (os.environ.get("PIP_KEYRING_PROVIDER"), os.environ.get("UV_KEYRING_PROVIDER")):
        session.auth.keyring_provider = "subprocess"  # pip's default asks no keyring unless it may ask somebody.
    certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    if certificates and os.path.isfile(certificates):
        session.verify = certificates
    return session


def make_finder(index_urls: list[str], session: Any) -> Any:
    from pip._internal.index.collector import LinkCollector
    from pip._internal.index.package_finder import PackageFinder
    from pip._internal.models.release_control import ReleaseControl
    from pip._internal.models.search_scope import SearchScope
    from pip._internal.models.selection_prefs import SelectionPreferences

    scope = SearchScope.create(find_links=[], index_urls=index_urls, no_index=False)
    return PackageFinder.create(
        link_collector=LinkCollector(session=session, search_scope=scope),
        selection_prefs=SelectionPreferences(allow_yanked=True, release_control=ReleaseControl()),
    )


def make_options() -> Any:
    from optparse import Values

    return Values({"require_hashes": False, "no_require_hashes": False, "features_enabled": []})


def plain_link(link: Any) -> dict[str, Any]:
    """Where a requirement is to be taken from; its hash, if the URL's fragment names one."""
    fragment = link.subdirectory_fragment
    # urllib takes the empty host out of `git+file:///…`.
    url = re.sub(r"^(\w+\+file):/(?!/)", r"\1:///", link.url_without_fragment)
    return {
        "url": url + (f"#subdirectory={fragment}" if fragment else ""),
        "path": link.file_path if link.is_file else None,
        "directory": link.is_existing_dir(),
        "vcs": link.is_vcs,
        "sha256": link.hash if link.hash_name == "sha256" else None,
    }


def hashes_of(required: Any) -> list[str]:
    """The sha256 hashes of a requirement, as in `--hash=sha256:…`. A weaker one is told by its algorithm's name."""
    hashes: list[str] = []
    for algorithm, values in required.hash_options.items():
        hashes += [value.lower() if algorithm == "sha256" else f"{algorithm}:{value}" for value in values]
    return hashes


def place_of(error: BaseException) -> tuple[str | None, int | None]:
    """The file and the line that pip was at, which it does not say itself: told from its own variables."""
    file: str | None = None
    number: int | None = None
    frames = error.__traceback__
    while frames is not None:
        code, names = frames.tb_frame.f_code, frames.tb_frame.f_locals
        if code.co_name == "_parse_file":
            # Before the first line is split off, the file itself is at fault, and the line that named it is told.
            if "line_number" in names:
                file, number = names["filename"], names["line_number"]
            elif number is None:
                file = names["filename"]
        elif code.co_name == "_parse_and_recurse" and "line" in names:
            file, number = names["line"].filename, names["line"].lineno
        frames = frames.tb_next
    return file, number


def relative(file: str | None) -> str | None:
    """As the app's author would write it: relative to the working directory."""
    if file is None or "://" in file:
        return file
    return os.path.relpath(file).replace(os.sep, "/")


def text_of(error: Exception) -> str:
    """What pip says of it; anything that pip does not raise itself is a bug."""
    from pip._internal.exceptions import PipError
    from pip._vendor.requests.exceptions import RequestException

    if isinstance(error, (PipError, RequestException, OSError, ValueError, LookupError)):
        return str(error)
    raise error


def is_network(error: BaseException | None) -> bool:
    """Is it about a nested file that is fetched, rather than about what the files say?"""
    from pip._internal.exceptions import ConnectionFailedError, NetworkConnectionError
    from pip._vendor.requests.exceptions import RequestException

    return isinstance(error, (ConnectionFailedError, NetworkConnectionError, RequestException, ConnectionError))
