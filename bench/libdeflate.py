"""What libdeflate would give, against zlib, over the distributions of a prefix (see docs/adr/0018-no-libdeflate.md).

usage: python -m pip install deflate, then: python bench/libdeflate.py PREFIX, such as a directory that `uv pip install --prefix` filled

Every file is compressed in blocks of 1 MiB at level 6 by both. A twentieth of a distribution's blocks, drawn by chance and compressed by
both, gives the ratio by which libdeflate's sum would be corrected.
"""

import csv
import os
import random
import sys
import time
import zlib

import deflate

BLOCK = 1024 * 1024
SAMPLE = 0.05


def blocks_of(prefix):
    """Blocks by distribution, as RECORD has its files."""
    for directory, _, names in os.walk(prefix):
        if not directory.endswith(".dist-info") or "RECORD" not in names:
            continue
        packages = os.path.dirname(directory)
        with open(os.path.join(directory, "RECORD")) as record:
            files = [os.path.join(packages, row[0]) for row in csv.reader(record) if row]
        data = b"".join(open(file, "rb").read() for file in sorted(files) if os.path.isfile(file))
        yield os.path.basename(directory).split("-")[0], [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]


def timed(compress, blocks):
    start = time.process_time()
    sizes = [len(compress(block)) for block in blocks]
    return sizes, time.process_time() - start


def main():
    chance = random.Random(1)
    seconds = [0.0, 0.0]
    totals = [0, 0, 0.0]
    worst = []
    for name, blocks in blocks_of(sys.argv[1]):
        exact, slow = timed(lambda block: zlib.compress(block, 6), blocks)
        fast, quick = timed(lambda block: deflate.zlib_compress(block, 6), blocks)
        seconds[0] += slow
        seconds[1] += quick
        drawn = chance.sample(range(len(blocks)), max(1, round(len(blocks) * SAMPLE)))
        ratio = sum(exact[at] for at in drawn) / sum(fast[at] for at in drawn)
        corrected = sum(fast) * ratio
        totals = [totals[0] + sum(exact), totals[1] + sum(fast), totals[2] + corrected]
        worst.append((abs(corrected / sum(exact) - 1), abs(sum(fast) / sum(exact) - 1), sum(exact), name))
    print(f"zlib {totals[0]:,} B in {seconds[0]:.1f} s of CPU, libdeflate {totals[1]:,} B in {seconds[1]:.1f} s")
    print(f"libdeflate {totals[1] / totals[0] - 1:+.2%}, corrected {totals[2] / totals[0] - 1:+.2%} in all")
    for corrected, raw, size, name in sorted(worst, reverse=True)[:8]:
        print(f"{name}: {size:,} B, off by {raw:.2%}, corrected {corrected:.2%}")


main()
