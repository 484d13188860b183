"""When too many sign in at once, newcomers are sent away, so that others' pages have a thread.

A hash takes a core for 25 ms or longer, and a thread waits for it. In the morning ten people may
sign in within a second, and all of them get in. When the crowd stays, it is no shop: then no more
sign-ins are at work than leave two threads of the process to everything else.

Not here: how many hashes at a time (passwords.py), how often one may fail (throttle.py).
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app

from webapp.people.models import Crowded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

PATIENCE = 1.0  # seconds that everybody may wait, and that must be calm after a crowd

_KEY = "tillside.crowd"
_LEFT = 2  # threads


class Crowd:
    """The sign-ins of one process.

    Args:
        size: So many are no crowd.
        monotonic: Gives seconds.
    """

    def __init__(self, size: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._size, self._monotonic = size, monotonic
        self._inside = 0
        self._began_at = self._seen_at = float("-inf")
        self._lock = threading.Lock()

    def look(self) -> None:
        """Tell in time: nobody has to be asked who is not let in anyway.

        Raises:
            Crowded: There is no place now.
        """
        with self._lock:
            self._let_in()

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold one place for all that a sign-in does: it hashes, and waits for the database.

        Raises:
            Crowded: There is none now.
        """
        with self._lock:
            self._let_in()
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def _let_in(self) -> None:
        if self._inside < self._size:
            return
        moment = self._monotonic()
        if moment - self._seen_at > PATIENCE:
            self._began_at = moment
        self._seen_at = moment
        if moment - self._began_at > PATIENCE:
            raise Crowded


def init_app(app: Flask) -> None:
    """Give `app` a crowd that fits its threads."""
    threads = app.extensions["tillside.settings"].web_threads
    app.extensions[_KEY] = Crowd(max(1, threads - _LEFT))


def crowd() -> Crowd:
    """Give the crowd of the application at work."""
    found: Crowd = current_app.extensions[_KEY]
    return found
