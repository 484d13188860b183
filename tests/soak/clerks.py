"""People who go on saving while everything around them dies: the load of a soak.

Each has records of their own. A form that broke off is sent again as it is, which is what a
person does; what an answer acknowledged is remembered, to be looked for afterwards.
"""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests

from tests.servers.postgresql import running_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.writes.killing import Shop

_PAUSE = 0.02  # seconds between two tries of a server that is away


@dataclass(slots=True)
class Sent:
    """A form that was sent, once or more often.

    Attributes:
        intent: Its id, and NeroPay's Idempotency-Key.
        place: Where the answer that acknowledged it led to; None while there was none.
        is_conflict: Whether it came back for a look, because the record had changed since the
            form was opened: an earlier write on it was settled meanwhile.
    """

    intent: str
    place: str | None = None
    is_conflict: bool = False


class Clerk(threading.Thread):
    """Saves one thing after the other until told to stop.

    Args:
        shop: Where.
        number: Of the clerk.
        customers: Ids that nobody else changes.
    """

    def __init__(self, shop: Shop, number: int, customers: list[int]) -> None:
        super().__init__(name=f"clerk {number}", daemon=True)
        self.sent: list[Sent] = []
        self.odd: list[str] = []  # answers that nobody should get
        self.broken = 0  # requests whose connection broke
        self._shop = shop
        self._number = number
        self._customers = customers
        self._end = threading.Event()

    def stop(self) -> None:
        """Finish the form at hand and end."""
        self._end.set()

    def run(self) -> None:
        """Work until stopped."""
        for url, typed in self._tasks():
            if self._end.is_set():
                return
            fields = self._open(url)
            if fields is not None:
                self._send(url, fields | typed)

    def _tasks(self) -> Iterator[tuple[str, dict[str, str]]]:
        count = 0
        while True:
            count += 1
            name = f"{self._number}-{count}"
            customer = self._customers[count % len(self._customers)]
            yield "/customers/new", {"name": f"New {name}", "city": "Hull"}
            yield f"/customers/{customer}/edit", {"city": f"Town {name}"}
            if count % 4 == 0:
                yield "/categories/new", {"name": f"Category {name}"}

    def _open(self, url: str) -> dict[str, str] | None:
        """Give the form's fields; None while there is none: the record waits for an outcome."""
        while not self._end.is_set():
            try:
                return self._shop.open_form(url)
            except requests.RequestException:
                self._rest()
            except AssertionError as error:
                if not str(error).startswith("no form"):
                    self.odd.append(f"GET {url}: {str(error)[:200]}")
                return None
        return None

    def _send(self, url: str, fields: dict[str, str]) -> None:
        sent = Sent(fields["intent"])
        self.sent.append(sent)
        while True:
            try:
                answer = self._shop.request("POST", url, data=fields)
            except requests.RequestException:
                self._rest()
                continue
            if answer.status_code == 303:
                sent.place = answer.headers["Location"]
            elif answer.status_code == 409:
                sent.is_conflict = True
            elif answer.status_code != 503:
                self.odd.append(f"POST {url}: {answer.status_code}")
            else:
                self._rest()
                continue
            return

    def _rest(self) -> None:
        self.broken += 1
        threading.Event().wait(_PAUSE)


def database_url(stack: ExitStack, database: str, folder: Path) -> str:
    """Give an empty database of a kind, which lives as long as the stack."""
    if database == "sqlite":
        return f"sqlite:///{folder / 'tillside.db'}"
    return stack.enter_context(running_postgresql())
