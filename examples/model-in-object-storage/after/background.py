"""Loads something slow in a thread, while the process already answers requests."""

import logging
import math
import threading
import time

POLL = 5
"""Seconds after which a client may ask again while the value is being loaded."""
PAUSE = 30
"""Seconds after a failure before the next request may start another try."""


class Passing(Exception):
    """A failure that may be gone the next time."""


class NotReady(Exception):
    """The value is not there (yet). `retry_after`: when to ask again, in seconds; None: not before the app changes."""

    def __init__(self, status, retry_after):
        super().__init__(status)
        self.status = status
        self.retry_after = retry_after


class Background:
    """A value that is loaded once per process. `load` gives it, or raises: Passing if another try makes sense."""

    def __init__(self, name, load):
        self._log = logging.getLogger(name)
        self._load = load
        self._lock = threading.Lock()
        self._value = None
        self._loading = False
        self._next_try = -math.inf  # On the monotonic clock; inf after a failure that will not pass.

    def start(self):
        """Starts loading, unless that is done, under way, or has failed too recently or for good."""
        with self._lock:
            if self._value is not None or self._loading or time.monotonic() < self._next_try:
                return
            self._loading = True
        threading.Thread(target=self._run, name=self._log.name, daemon=True).start()

    def get(self):
        """The value. Never waits: raises NotReady if it is not there, and sees to it that it will be."""
        self.start()
        with self._lock:
            if self._value is not None:
                return self._value
            if self._loading:
                raise NotReady("loading", POLL)
            if math.isinf(self._next_try):
                raise NotReady("failed", None)
            raise NotReady("failed", max(1, math.ceil(self._next_try - time.monotonic())))

    def _run(self):
        value, next_try = None, math.inf
        try:
            value = self._load()
        except Passing as error:
            next_try = time.monotonic() + PAUSE
            self._log.error("failed, will be tried again: %s", error)
        except Exception as error:
            self._log.error("failed: %s", error, exc_info=not getattr(error, "explained", False))
        with self._lock:
            self._value, self._next_try, self._loading = value, next_try, False
