"""What one running sandbox holds besides its records, and how its parts reach it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from flask import current_app

from webapp.sandbox.faults import Faults
from webapp.sandbox.store import Store
from webapp.sandbox.switches import Switches

REMEMBERED_REQUESTS = 20_000


@dataclass
class Received:
    """One request that reached the API, in the order of arrival.

    Attributes:
        status: what was answered; None while it runs, and when no whole answer was sent.
        replayed: the stored first answer was given again.
        fault: the action of the fault it met, if any.
    """

    method: str
    path: str
    query: str
    key: str | None
    at: float
    status: int | None = None
    replayed: bool = False
    fault: str | None = None


class RequestLog:
    """The latest requests, bounded, so that a long sync does not fill the memory."""

    def __init__(self) -> None:
        self._entries: deque[Received] = deque(maxlen=REMEMBERED_REQUESTS)
        self._lock = threading.Lock()

    def add(self, entry: Received) -> Received:
        """Remember a request that has just arrived."""
        with self._lock:
            self._entries.append(entry)
        return entry

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._entries.clear()

    def as_list(self) -> list[dict[str, Any]]:
        """Return them, oldest first."""
        with self._lock:
            return [asdict(entry) for entry in self._entries]


@dataclass
class State:
    """One sandbox.

    Attributes:
        clock: Unix time in seconds; decides the signature's window and the Date header.
        account_id: the merchant's id; a NeroPay-Account header must name it.
    """

    store: Store
    switches: Switches
    faults: Faults
    requests: RequestLog
    secret_key: str
    account_id: str | None
    clock: Callable[[], float]

    def close(self) -> None:
        """End waits and close the file; the app answers nothing after this."""
        self.faults.stop()
        self.store.close()


def sandbox() -> State:
    """Return the sandbox that answers the current request."""
    state = current_app.extensions["sandbox"]
    assert isinstance(state, State)
    return state
