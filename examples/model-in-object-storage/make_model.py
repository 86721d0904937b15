"""Writes a stand-in for a trained model, the same bytes on every run.

usage: python make_model.py FILE [ITEMS [SEED]]

It holds one vector of 64 numbers for each item, as a recommender does: 245,760 items make 60 MiB. The format is
safetensors, which loads as plain numbers and can't run code as a pickle can.
"""

import json
import random
import sys
from array import array
from pathlib import Path

DIMENSIONS = 64


def main(path: str, items: str = "245760", seed: str = "1") -> None:
    shape = [int(items), DIMENSIONS]
    numbers = random.Random(int(seed))
    weights = array("f", (numbers.random() - 0.5 for _ in range(shape[0] * shape[1])))
    if sys.byteorder == "big":
        weights.byteswap()
    header = json.dumps({"items": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4 * len(weights)]}}).encode()
    header += b" " * (-len(header) % 8)
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(len(header).to_bytes(8, "little") + header + weights.tobytes())


if __name__ == "__main__":
    main(*sys.argv[1:])
