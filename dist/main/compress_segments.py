"""
Compresses segments as `compress.ts` does, by the machine's own zlib, which takes less time.

Every line of standard input is a task (JSON): root, primed, count, feeds ([bytes in base64] or [path, size, from, to, lone
or null]), empty and piece, as in `feeds.ts`; or it is {"probe": true}. Every line of standard output is an answer (JSON):
{compressed, lone}, or {path, problem} for a file that can't be weighed. The answer to a probe is a hash of what this zlib makes of some
data: another implementation (zlib-ng, Intel's, Chromium's) makes something else of it.
"""

import base64
import errno
import hashlib
import json
import os
import sys
import zlib

LEVEL = 6
EMPTY = b""


class FileProblem(Exception):
    """A file that can't be read, or is no longer what it was when its tree was listed."""

    def __init__(self, path, problem):
        super().__init__(path)
        self.path = path
        self.problem = problem


def deflate(context=EMPTY):
    return zlib.compressobj(
        LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, context
    )


def lone_size(content):
    stream = deflate()
    return len(stream.compress(content)) + len(stream.flush())


def read_range(root, path, size, start, end):
    try:
        # Neither followed nor waited for, should something else be there by now.
        file = os.open(os.path.join(root, path), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            content = os.pread(file, end - start, start) if end > start else EMPTY
            while 0 < len(content) < end - start:
                more = os.pread(file, end - start - len(content), start + len(content))
                if not more:
                    break
                content += more
            # Asked afterwards, the size tells of growth as well.
            if len(content) < end - start or os.fstat(file).st_size != size:
                raise FileProblem(path, "changed while it was being weighed")
            return content
        finally:
            os.close(file)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise FileProblem(path, "vanished while it was being weighed") from error
        raise FileProblem(path, "can't be read: " + errno.errorcode.get(error.errno, "EIO")) from error


def compress(task):
    lone = [0] * task["count"]
    primed = task["primed"]
    context = bytearray()
    stream = None if primed > 0 else deflate()
    size = 0
    for feed in task["feeds"]:
        data = base64.b64decode(feed[0]) if len(feed) == 1 else read_range(task["root"], *feed[:4])
        rest = data
        if stream is None:
            rest = data[primed - len(context) :]
            context += data[: primed - len(context)]
            if len(context) == primed:
                # As if it had been compressed and flushed before, which takes longer.
                stream = deflate(context)
        if stream is not None:
            size += len(stream.compress(rest))
        if len(feed) > 1 and feed[4] is not None:
            lone[feed[4]] = lone_size(data)
    size += len(stream.flush(zlib.Z_SYNC_FLUSH))
    for index in task["empty"]:
        lone[index] = lone_size(EMPTY)
    if task["piece"] is not None:
        lone[task["piece"]] = size
    return {"compressed": size, "lone": lone}


def probe():
    """Noise, digits, repetitions near and far, and a flush within."""
    noise = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(2048))
    text = noise[:24000].hex().encode()
    data = noise + text + noise[:40000] + b"a" * 5000 + text[::-1] + text[:9000] + b"ab" * 3000
    stream = deflate()
    packed = stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH)
    packed += stream.compress(data[50000:]) + stream.flush()
    return hashlib.sha256(packed).hexdigest()


def main():
    for line in sys.stdin:
        task = json.loads(line)
        try:
            answer = probe() if "probe" in task else compress(task)
        except FileProblem as error:
            answer = {"path": error.path, "problem": error.problem}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
