"""
What an app's own files import and name, by reading alone: nothing of the app is run.

Standard input (JSON): root (absolute path of the app), files (paths in it), texts (by path, what is read instead of the file; null for
nothing), words (by a label, the words that stand for it). Standard output (JSON):
- python: how many Python files there are;
- imports: dotted names of what they import. What is taken from a module counts as of it: `from a import b` is `a.b`, and so is what
  `import a` is used for where that is only ever `a.b`;
- named: labels that a string in a Python file, a notebook or a setting has a word of;
- started: labels that what starts programs (Procfile, app.json, scripts) has a word of;
- unread: Python files that could not be read, each with why.
"""

from __future__ import annotations

import ast
import json
import os
import re
import sys
import warnings
from typing import Any, Iterator

#: A file of code larger than this was written by a program. Bytes.
LARGEST_CODE = 4 * 1024 * 1024
#: A text larger than this is data. Bytes.
LARGEST_TEXT = 1024 * 1024

SETTINGS = (".toml", ".cfg", ".ini", ".conf", ".yaml", ".yml", ".json", ".env")
SCRIPTS = (".sh", ".bash")
STARTERS = re.compile(r"^(?:Procfile|Dockerfile)|^(?:app\.json|heroku\.ya?ml)$")
#: What lists requirements or is about other machines names everything, and uses nothing.
LISTS = re.compile(
    r"(?:^|/)(?:environment\.ya?ml|\.pre-commit-config\.yaml|pylock[^/]*\.toml|package(?:-lock)?\.json|setup\.cfg)$|^\.github/"
)


class File:
    """What one Python file imports, as far as it can be told from that file."""

    def __init__(self, tree: ast.AST) -> None:
        self.imports: set[str] = set()
        #: Names that stand for a module here, or for one of several.
        self.modules: dict[str, set[str]] = {}
        #: Names that are taken from a module.
        self.taken: set[str] = set()
        self.attributes: set[str] = set()
        self.strings: list[str] = []
        self.has_star = False
        #: What is looked up in a name; None for the name by itself.
        self.uses: dict[str, set[str | None]] = {}
        owners = {id(node.value): node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self.import_module(alias)
            elif isinstance(node, ast.ImportFrom):
                self.import_from(node)
            elif isinstance(node, ast.Name):
                self.uses.setdefault(node.id, set()).add(owners.get(id(node)))
            elif isinstance(node, ast.Attribute):
                self.attributes.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.strings.append(node.value)
            elif isinstance(node, ast.Call):
                self.import_by_call(node)

    def import_module(self, alias: ast.alias) -> None:
        top = alias.name.split(".", 1)[0]
        if alias.asname is None and top != alias.name:
            self.imports.add(alias.name)
            self.uses.setdefault(top, set())  # Used or not, this much of it is imported.
        self.modules.setdefault(alias.asname or top, set()).add(alias.name if alias.asname else top)

    def import_from(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.name == "*":
                self.has_star = True
            else:
                self.taken.add(alias.name)
            if node.level == 0 and node.module is not None:
                self.imports.add(node.module if alias.name == "*" else f"{node.module}.{alias.name}")

    def import_by_call(self, node: ast.Call) -> None:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if called not in ("import_module", "__import__", "importorskip") or not node.args:
            return
        name = node.args[0]
        if isinstance(name, ast.Constant) and isinstance(name.value, str) and not name.value.startswith("."):
            self.imports.add(name.value)


def imports_of(files: list[File]) -> set[str]:
    """A name for a module is followed only where no other file can have it from this one."""
    elsewhere = set().union(*(file.taken | file.attributes for file in files)) if files else set()
    has_star = any(file.has_star for file in files)
    found: set[str] = set()
    for file in files:
        found |= file.imports
        for name, modules in file.modules.items():
            used = file.uses.get(name, {None})
            if None in used or has_star or name in elsewhere:
                found |= modules
            else:
                found |= {f"{module}.{attribute}" for module in modules for attribute in used}
    return found


def cells_of(text: str) -> list[str]:
    """The code of a notebook."""
    try:
        cells = json.loads(text)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError):
        return []


def imported_in(code: str) -> Iterator[str]:
    """Modules that code imports, line by line: that of a notebook may hold what is no Python."""
    for first, names in re.findall(r"^\s*(?:from\s+([\w.]+)\s+import\b|import\s+([\w., ]+))", code, re.MULTILINE):
        for name in [first] if first else names.split(","):
            yield name.split(" as ", 1)[0].strip()


def normal(text: str) -> str:
    """As PEP 503 has names: a text's and a word's spelling no longer differ."""
    return re.sub(r"[-_.]+", "-", text.lower())


class Words:
    """Finds labels in texts, by whole words: `django` is in `django-admin`, and not in `djangofied`."""

    WORD = re.compile("[a-z0-9]+")

    def __init__(self, words: dict[str, list[str]]) -> None:
        #: Labels by a word of one piece, and by the pieces of others.
        self.single: dict[str, set[str]] = {}
        self.several: list[tuple[set[str], re.Pattern[str], str]] = []
        for label, some in words.items():
            for word in map(normal, some):
                pieces = self.WORD.findall(word)
                if pieces == [word]:
                    self.single.setdefault(word, set()).add(label)
                elif pieces:
                    self.several.append((set(pieces), re.compile(f"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])"), label))

    def found_in(self, text: str) -> set[str]:
        plain = normal(text)
        pieces = set(self.WORD.findall(plain))
        found = set().union(*(self.single[piece] for piece in pieces & self.single.keys()))
        for needed, pattern, label in self.several:
            if label not in found and needed <= pieces and pattern.search(plain):
                found.add(label)
        return found


def kind_of(path: str) -> str | None:
    """What a file says something about: code, a notebook, settings, what is started; None for nothing."""
    folder, _, name = path.rpartition("/")
    extension = os.path.splitext(name)[1].lower()
    if extension == ".py":
        return "code"
    if extension == ".ipynb":
        return "notebook"
    if LISTS.search(path):
        return None
    if STARTERS.search(name) or extension in SCRIPTS or folder == "bin" or extension == "":
        return "started"
    return "named" if extension in SETTINGS else None


def read(path: str, most: int) -> bytes | None:
    """None for what is larger."""
    with open(path, "rb") as file:
        content = file.read(most + 1)
    return None if len(content) > most else content


def main() -> None:
    warnings.simplefilter("ignore")
    request: dict[str, Any] = json.load(sys.stdin)
    words = Words(request["words"])
    files: list[File] = []
    imports: set[str] = set()
    unread: list[dict[str, str]] = []
    labels: dict[str, set[str]] = {"named": set(), "started": set()}
    python = 0

    for path in request["files"]:
        kind = kind_of(path)
        if kind is None:
            continue
        if kind == "code":
            python += 1
            try:
                content = read(os.path.join(request["root"], path), LARGEST_CODE)
                if content is None:
                    unread.append({"path": path, "why": f"it is larger than {LARGEST_CODE // 1024 // 1024} MiB"})
                    continue
                file = File(ast.parse(content, path))
            except SyntaxError as error:
                unread.append({"path": path, "why": f"line {error.lineno or 1} is no Python {sys.version_info[0]}.{sys.version_info[1]}"})
                continue
            except (ValueError, RecursionError, MemoryError) as error:
                unread.append({"path": path, "why": f"Python can't parse it ({type(error).__name__})"})
                continue
            files.append(file)
            # What `setup.py` says in strings is a list of requirements.
            if path != "setup.py":
                labels["named"] |= words.found_in("\n".join(file.strings))
            file.strings.clear()
            continue
        given = request["texts"].get(path, "")
        if given is None:
            continue
        content = given.encode() if given else read(os.path.join(request["root"], path), LARGEST_TEXT)
        if content is None or b"\0" in content:
            continue
        text = content.decode("utf-8", "replace")
        if kind == "notebook":
            for code in cells_of(text):
                imports.update(imported_in(code))
                labels["named"] |= words.found_in(code)
        else:
            labels[kind] |= words.found_in(text)

    answer = {
        "python": python,
        "imports": sorted(imports | imports_of(files)),
        "named": sorted(labels["named"]),
        "started": sorted(labels["started"]),
        "unread": unread,
    }
    json.dump(answer, sys.stdout)


main()
