"""CPU seconds that the sizes of small files alone take, in several ways: python3 bench/figures/lone_sizes.py [DIRECTORY]

Of the modules in DIRECTORY, by default Python's own library. The least of three rounds.
"""

import glob
import os
import sys
import sysconfig
import time
import zlib

#: Larger ones are compressed in pieces, once (src/weigh/segments.ts).
LARGE = 256 * 1024


def new(_, level=6, bits=15):
    return zlib.compressobj(level, zlib.DEFLATED, -bits)


def fitting(content):
    """No window larger than the file: 262 is how near to its end deflate looks."""
    return new(content, bits=min(15, max(9, (len(content) + 262).bit_length())))


def measure(name, stream_for, files):
    rounds = []
    for _ in range(3):
        start = time.process_time()
        size = 0
        for content in files:
            stream = stream_for(content)
            size += len(stream.compress(content)) + len(stream.flush())
        rounds.append(time.process_time() - start)
    print(f"{name:24} {size:>12,} bytes {min(rounds):6.3f} s")


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else sysconfig.get_path("stdlib")
    files = []
    for path in sorted(glob.glob(os.path.join(root, "**/*.py"), recursive=True)):
        if os.path.getsize(path) < LARGE:
            with open(path, "rb") as stream:
                files.append(stream.read())
    print(f"{len(files):,} files, {sum(map(len, files)):,} bytes")
    first = new(b"")
    measure("as it is: level 6", new, files)
    measure("a copied stream", lambda _: first.copy(), files)
    measure("a window that fits", fitting, files)
    measure("level 1", lambda content: new(content, level=1), files)
    measure("nothing: setting up", new, [b""] * len(files))


main()
