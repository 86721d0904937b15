"""A build backend as they ought to be. `plan.json` beside it says what it makes; its metadata is not stated before."""

import base64
import hashlib
import json
import os
import zipfile

PLAN = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "plan.json")))
NAME = PLAN["name"]
INFO = NAME + "-1.0.dist-info"


def metadata():
    lines = ["Metadata-Version: 2.1", "Name: " + NAME, "Version: 1.0", "Provides-Extra: more"]
    return "\n".join(lines + ["Requires-Dist: " + each for each in PLAN.get("requires", [])]) + "\n"


def prepare_metadata_for_build_wheel(directory, settings=None):
    os.makedirs(os.path.join(directory, INFO))
    with open(os.path.join(directory, INFO, "METADATA"), "w") as stream:
        stream.write(metadata())
    return INFO


def make(directory, modules):
    name = NAME + "-1.0-py3-none-any.whl"
    files = {
        **modules,
        INFO + "/METADATA": metadata(),
        INFO + "/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        INFO + "/entry_points.txt": "[console_scripts]\n%s = %s:main\n" % (NAME, NAME),
    }
    record = [INFO + "/RECORD,,"]
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append("%s,sha256=%s,%d" % (path, digest, len(text)))
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in {**files, INFO + "/RECORD": "\n".join(record) + "\n"}.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return name


def build_wheel(directory, settings=None, prepared=None):
    if PLAN.get("fails"):
        raise SystemExit("the compiler said: " + PLAN["fails"])
    source = "def main():\n    print(%r)\n" % NAME
    return make(directory, {NAME + "/__init__.py": source, NAME + "/data.txt": "data " * 1000})


def build_editable(directory, settings=None, prepared=None):
    return make(directory, {NAME + ".pth": os.getcwd() + "\n"})


prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
