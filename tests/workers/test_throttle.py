"""Failed sign-ins are counted over four workers and a restart: ten an account, fifty an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import PASSWORD
from tests.workers.conftest import Shop, email_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workers.browser import Browser, Reply

pytestmark = pytest.mark.server

HERE = "198.51.100.7"


class Guesser:
    """Tries passwords, each time at the next worker."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._windows = self._visit()

    def restart(self) -> None:
        """Start the server anew, which must have forgotten nothing."""
        self.shop.stop()
        self.shop.start()
        self._windows = self._visit()

    def guess(self, email: str, password: str, address: str) -> Reply:
        window = next(self._windows)
        window.address = address
        return window.post("/login", {"email": email, "password": password})

    def _visit(self) -> Iterator[Browser]:
        visitor = self.shop.browser()
        visitor.get("/login")
        windows = self.shop.at_every_worker(visitor)
        for window in windows:
            window.get("/login")
        while True:
            yield from windows


def test_ten_of_an_account_wherever_they_come_from(shop: Shop) -> None:
    guesser, email = Guesser(shop), email_of("staff")
    statuses = []
    for number in range(12):
        if number == 5:
            guesser.restart()
        statuses.append(guesser.guess(email, f"wrong {number}", f"198.51.100.{number}").status)
    assert statuses == [422] * 10 + [429] * 2
    answer = guesser.guess(email, PASSWORD, "203.0.113.9")
    assert answer.status == 429, "the right password is told apart"
    assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert guesser.guess(email_of("viewer"), PASSWORD, "203.0.113.9").status == 303


def test_fifty_from_an_address_whatever_they_are_for(shop: Shop) -> None:
    guesser = Guesser(shop)
    statuses = []
    for number in range(52):
        if number == 25:
            guesser.restart()
        statuses.append(guesser.guess(f"n{number}@shop.example", "wrong", HERE).status)
    assert statuses == [422] * 50 + [429] * 2
    assert guesser.guess(email_of("viewer"), PASSWORD, HERE).status == 429
    assert guesser.guess(email_of("viewer"), PASSWORD, "203.0.113.9").status == 303
