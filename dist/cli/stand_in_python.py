"""
Stands for an interpreter of another version, as far as uv asks: runs this one, and gives that version where it tells of itself.

    stand_in_python.py VERSION ARGUMENT...
"""

from __future__ import annotations

import json
import subprocess
import sys


def main() -> int:
    version, *arguments = sys.argv[1:]
    done = subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, check=False)
    sys.stdout.buffer.write(renamed(done.stdout, version))
    return done.returncode


def renamed(output: bytes, version: str) -> bytes:
    """What uv's question is answered with is one JSON object, with the values of markers (PEP 508); all else stays."""
    try:
        told = json.loads(output)
        markers = told["markers"]
    except (ValueError, KeyError, TypeError):
        return output
    minor = ".".join(version.split(".")[:2])
    markers.update(python_full_version=version, implementation_version=version, python_version=minor)
    return json.dumps(told).encode()


if __name__ == "__main__":
    sys.exit(main())
