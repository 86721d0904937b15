"""Makes wheels and source archives, tiny and empty, of what standard input (JSON) lists, into the directory it names."""

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
import zipfile

BACKEND = "def build_wheel(directory, settings=None, metadata=None):\n    raise SystemExit('this build always fails')\n"


def noise(count, seed):
    """Text of which half can't be packed, the same each time."""
    blocks = (hashlib.sha256(f"{seed} {number}".encode()).hexdigest() for number in range(count // 64 + 1))
    return "".join(blocks)[:count]


def metadata(item, version):
    lines = [f"Metadata-Version: {version}", f"Name: {item['name']}", f"Version: {item['version']}"]
    lines += [f"Provides-Extra: {extra}" for extra in item.get("extras", [])]
    lines += [f"Requires-Dist: {requirement}" for requirement in item.get("requires", [])]
    if "python" in item:
        lines.append(f"Requires-Python: {item['python']}")
    return "\n".join(lines) + "\n"


def wheel(directory, item):
    name = item["name"].replace("-", "_")
    module = item.get("module", name)
    tag = item.get("tag", "py3-none-any")
    info = f"{name}-{item['version']}.dist-info"
    files = {
        f"{module}/__init__.py": "",
        **({f"{module}/data.txt": noise(item["bytes"], name)} if "bytes" in item else {}),
        f"{info}/METADATA": metadata(item, "2.1"),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    record = [f"{info}/RECORD,,"]
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{path},sha256={digest},{len(text)}")
    files[f"{info}/RECORD"] = "\n".join(record) + "\n"
    with zipfile.ZipFile(os.path.join(directory, f"{name}-{item['version']}-{tag}.whl"), "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)


def sdist(directory, item):
    """Its metadata is stated (2.2) unless `dynamic`; building it always fails."""
    base = f"{item['name'].replace('-', '_')}-{item['version']}"
    dynamic = item.get("dynamic", False)
    project = f"[project]\nname = '{item['name']}'\nversion = '{item['version']}'\n"
    system = "[build-system]\nrequires = []\nbuild-backend = 'backend'\nbackend-path = ['.']\n"
    files = {
        "pyproject.toml": system if dynamic else project + system,
        "backend.py": BACKEND,
        "PKG-INFO": metadata(item, "2.1" if dynamic else "2.2"),
    }
    with tarfile.open(os.path.join(directory, f"{base}.tar.gz"), "w:gz") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(f"{base}/{path}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))


request = json.load(sys.stdin)
os.makedirs(request["directory"], exist_ok=True)
for item in request["items"]:
    (sdist if item.get("sdist") else wheel)(request["directory"], item)
