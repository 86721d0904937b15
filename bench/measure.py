"""Runs a command; writes as JSON what it took, with all that it started: wall and CPU time (s), most memory held at a time (bytes).

usage: measure.py OUTPUT COMMAND [ARGUMENT...]
Memory is looked at ten times a second. `tree` sums the resident pages of every process, so that shared ones count more than once.
"""

import json
import os
import signal
import sys
import threading
import time

INTERVAL = 0.1
PAGE = os.sysconf("SC_PAGE_SIZE")


def parents():
    """The parent of every process that there is."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    # The program's name, in parentheses, may hold anything.
                    found[int(name)] = int(file.read().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):
                pass  # Ended meanwhile.
    return found


def resident(pid):
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0


def tree_of(root):
    """A process and all that descend from it, though their parents have gone on."""
    children = {}
    for pid, parent in parents().items():
        children.setdefault(parent, []).append(pid)
    members, pending = [], [root]
    while pending:
        pid = pending.pop()
        members.append(pid)
        pending += children.get(pid, [])
    return members


def main():
    output, *command = sys.argv[1:]
    most = {"own": 0, "tree": 0}
    done = threading.Event()

    start, begin = time.time(), time.monotonic()
    pid = os.posix_spawnp(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: os.kill(pid, received))

    def watch():
        while not done.is_set():
            most["own"] = max(most["own"], resident(pid))
            most["tree"] = max(most["tree"], sum(map(resident, tree_of(pid))))
            done.wait(INTERVAL)

    watcher = threading.Thread(target=watch)
    watcher.start()
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - begin
    done.set()
    watcher.join()
    code = os.waitstatus_to_exitcode(status)
    took = {"status": code, "start": start, "wall": wall, "cpu": usage.ru_utime + usage.ru_stime, **most}
    with open(output, "w", encoding="utf-8") as file:
        json.dump(took, file)
    return code if code >= 0 else 128 - code


sys.exit(main())
