"""
Answers for our own scripts, in one process for a whole run: pip's library is loaded once, so far as it is needed.

Usage: helper.py LIBRARY, a directory that holds pip. Every line of standard input is a request (JSON): script (absolute
path of one that has a function `answer`), cwd (what relative paths of the request start from) and input. Every line of
standard output is what `answer(input)` gave (JSON). What a user can cause is part of the answer; a script that raises
ends the process.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import sys
from typing import Any, Callable

#: What most scripts use, loaded before anything is asked. pip's own parser takes four times as long: who needs it waits.
LIBRARY = ("pip._vendor.packaging.pylock", "pip._vendor.packaging.requirements")

Answer = Callable[[dict[str, Any]], Any]


def main() -> None:
    sys.path.insert(0, sys.argv[1])
    answers = sys.stdout
    sys.stdout = sys.stderr  # Whatever a library prints is no answer.
    for module in LIBRARY:
        importlib.import_module(module)
    scripts: dict[str, Answer] = {}
    for line in sys.stdin:
        request: dict[str, Any] = json.loads(line)
        os.chdir(request["cwd"])
        script = request["script"]
        if script not in scripts:
            scripts[script] = load(script)
        answers.write(json.dumps(scripts[script](request["input"])) + "\n")
        answers.flush()


def load(script: str) -> Answer:
    spec = importlib.util.spec_from_file_location(os.path.basename(script).removesuffix(".py"), script)
    if spec is None or spec.loader is None:
        raise ImportError(script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.answer


main()
