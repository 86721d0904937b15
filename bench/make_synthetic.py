"""Makes wheels that hang together, and large files: the same bytes for the same order, which standard input has as JSON (Python 3.11).

{"directory": …, "count": N, "large": BYTES}  N distributions, the last one in two versions; if `large` is not 0, one of that name with a file of
                                              that size; and index.json, which lists them all
{"file": …, "size": BYTES}                    such a file by itself

The first tenth of the distributions, and no more than 50, is a chain, in which each requires the next. The others are trees in which each requires four, and
every tenth of these requires `common` besides.
"""

import base64
import hashlib
import json
import os
import random
import sys
import zipfile

MIB = 1024 * 1024
STAMP = (2020, 1, 1, 0, 0, 0)
UPLOADED = "2024-01-01T00:00:00.000000Z"


def name_of(number):
    return f"part-{number:05}"


def requirements(number, count):
    chain = min(count // 10, 50)
    if number < chain:
        return [name_of(number + 1)] if number + 1 < chain else []
    first = chain + (number - chain + 1) * 4
    children = [name_of(child) for child in range(first, first + 4) if child < count]
    return children + (["common"] if number % 10 == 0 else [])


def source(generator, functions):
    lines = ['"""Arithmetic that nobody needs."""\n']
    for number in range(functions):
        factor = generator.randrange(10**6)
        lines.append(f"\ndef step_{number}(value, times={factor}):\n    return [value * times + {factor % 97} for _ in range(times)]\n")
    return "".join(lines).encode()


def blocks(size, seed):
    """Half of it noise, as trained weights are, and half of it text, a MiB at a time."""
    generator = random.Random(seed)
    line = b"%08d lorem ipsum dolor sit amet, consectetur adipiscing elit\n"
    written = 0
    while written < size:
        text = b"".join(line % generator.randrange(1000) for _ in range(MIB // 2 // 64 + 1))[: MIB // 2]
        block = (generator.randbytes(MIB // 2) + text)[: size - written]
        written += len(block)
        yield block


def digest(sha256):
    return base64.urlsafe_b64encode(sha256.digest()).rstrip(b"=").decode()


def wheel(directory, name, version, requires, files, large=0):
    """Writes a wheel, and gives what an index says of it."""
    module = name.replace("-", "_")
    info = f"{module}-{version}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *(f"Requires-Dist: {each}" for each in requires)]
    metadata = ("\n".join(lines) + "\n").encode()
    content = {f"{module}/{path}": data for path, data in files.items()}
    content[f"{info}/METADATA"] = metadata
    content[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: bench\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = [f"{path},sha256={digest(hashlib.sha256(data))},{len(data)}" for path, data in content.items()]
    filename = f"{module}-{version}-py3-none-any.whl"
    path = os.path.join(directory, filename)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for entry, data in content.items():
            archive.writestr(zipfile.ZipInfo(entry, STAMP), data)
        if large > 0:
            whole = hashlib.sha256()
            with archive.open(zipfile.ZipInfo(f"{module}/weights.bin", STAMP), "w", force_zip64=True) as file:
                for block in blocks(large, name):
                    whole.update(block)
                    file.write(block)
            record.append(f"{module}/weights.bin,sha256={digest(whole)},{large}")
        archive.writestr(zipfile.ZipInfo(f"{info}/RECORD", STAMP), "\n".join([*record, f"{info}/RECORD,,", ""]))
    with open(path + ".metadata", "wb") as file:
        file.write(metadata)
    with open(path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256")
    return {
        "filename": filename,
        "hashes": {"sha256": sha256.hexdigest()},
        "size": os.path.getsize(path),
        "upload-time": UPLOADED,
        "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()},
    }


def part(number, count, version):
    generator = random.Random(f"{number} {version}")
    files = {
        "__init__.py": b"from . import first, second\n",
        "first.py": source(generator, 12),
        "second.py": source(generator, 12),
        "table.bin": generator.randbytes(4096),
    }
    return name_of(number), version, requirements(number, count), files


def distributions(directory, count):
    index = {"common": [wheel(directory, "common", "1.0", [], {"__init__.py": b"SHARED = True\n"})]}
    for number in range(count):
        index[name_of(number)] = [wheel(directory, *part(number, count, "1.0"))]
    last = count - 1
    index[name_of(last)].append(wheel(directory, *part(last, count, "1.1")))
    return index


def main():
    order = json.load(sys.stdin)
    if "file" in order:
        with open(order["file"], "wb") as file:
            file.writelines(blocks(order["size"], "file"))
        return
    directory = order["directory"]
    os.makedirs(directory, exist_ok=True)
    index = distributions(directory, order["count"])
    if order.get("large", 0) > 0:
        index["large"] = [wheel(directory, "large", "1.0", [], {"__init__.py": b""}, order["large"])]
    with open(os.path.join(directory, "index.json"), "w", encoding="utf-8") as file:
        json.dump(index, file)


main()
