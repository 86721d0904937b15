"""Compiles Python sources as they lie in a slug, with bytes that depend on nothing else.

Reads one JSON object from standard input:
    {"workers": 2, "mtime": 1577836800, "slugRoot": "/app", "chunks": [{"root": "/scratch", "files": ["…/x.py"]}]}
and prints the index of each chunk when it is done. A source that does not compile is left out, as pip,
uv and Poetry do.

`marshal` marks an object that more than one holder refers to, and identifiers are shared through the process's table of
interned strings: the bytes depend on what the process has compiled before. Hence every chunk is compiled in a
fork of this process, which itself compiles nothing.
"""

import json
import marshal
import os
import struct
import sys
from importlib.util import MAGIC_NUMBER


def compiled(root, file, slug_root, mtime):
    """The content of the .pyc (PEP 552, checked by timestamp), or None if the source does not compile."""
    with open(os.path.join(root, file), "rb") as stream:
        source = stream.read()
    try:
        code = compile(source, slug_root + "/" + file, "exec", dont_inherit=True, optimize=0)
        body = marshal.dumps(code)
    except Exception:  # As py_compile: SyntaxError, ValueError, RecursionError…
        return None
    return MAGIC_NUMBER + struct.pack("<III", 0, mtime, len(source) & 0xFFFFFFFF) + body


def compile_chunk(chunk, slug_root, mtime):
    for file in chunk["files"]:
        data = compiled(chunk["root"], file, slug_root, mtime)
        if data is None:
            continue
        folder, name = os.path.split(os.path.join(chunk["root"], file))
        cache = os.path.join(folder, "__pycache__")
        os.makedirs(cache, exist_ok=True)
        target = os.path.join(cache, name[:-3] + "." + sys.implementation.cache_tag + ".pyc")
        # A new file, put in place by its name: what may lie there shares its content with the installer's cache.
        with open(target + ".new", "wb") as stream:
            stream.write(data)
        os.replace(target + ".new", target)


def main():
    job = json.load(sys.stdin)
    waiting = job["chunks"]
    running = {}
    at = 0
    while at < len(waiting) or running:
        while at < len(waiting) and len(running) < job["workers"]:
            chunk = waiting[at]
            at += 1
            pid = os.fork()
            if pid == 0:
                status = 1
                try:
                    compile_chunk(chunk, job["slugRoot"], job["mtime"])
                    status = 0
                except BaseException as error:
                    os.write(2, (str(error) + "\n").encode("utf-8", "replace"))
                finally:
                    os._exit(status)
            running[pid] = at - 1
        pid, status = os.wait()
        done = running.pop(pid)
        if status != 0:
            os.write(2, ("could not compile a file of " + os.path.dirname(waiting[done]["files"][0]) + "\n").encode())
            return 1
        os.write(1, b"%d\n" % done)
    return 0


sys.exit(main())
