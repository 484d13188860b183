"""Calls at once: who waits for a turn, for how long, and who is refused."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.neropay.servers import JANE, Received, Reply, success
from webapp.neropay import Unavailable
from webapp.neropay.resilience import Bulkhead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.neropay.conftest import Connect, Serve
    from webapp.neropay import NeroPay


@dataclass
class Crowd:
    """Threads that each want a slot, and what they were told."""

    bulkhead: Bulkhead
    told: list[bool] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    def come(self, budget: float = 5.0) -> None:
        come = threading.Thread(target=lambda: self.told.append(self.bulkhead.take(budget)))
        self.threads.append(come)
        come.start()

    def await_waiting(self, count: int) -> None:
        until = time.monotonic() + 30.0
        while self.bulkhead._waiting < count:
            assert time.monotonic() < until, "nobody waits"

    def end(self) -> list[bool]:
        for thread in self.threads:
            thread.join(30.0)
        return self.told


def test_who_has_a_place_to_wait_gets_the_slot_that_becomes_free() -> None:
    crowd = Crowd(Bulkhead(1, places=1, monotonic=time.monotonic))
    assert crowd.bulkhead.take(5.0)
    crowd.come()
    crowd.await_waiting(1)
    crowd.bulkhead.give_back()
    assert crowd.end() == [True]


def test_who_has_no_place_is_refused_at_once_while_nothing_moves() -> None:
    crowd = Crowd(Bulkhead(1, places=1, monotonic=time.monotonic))
    assert crowd.bulkhead.take(5.0)
    crowd.come()
    crowd.await_waiting(1)
    assert not crowd.bulkhead.take(5.0), "the last thread is for pages of our own"
    crowd.bulkhead.give_back()
    assert crowd.end() == [True]


def test_while_calls_are_ending_anybody_may_wait_a_moment() -> None:
    ended_at = time.monotonic()
    bulkhead = Bulkhead(1, places=0, monotonic=lambda: ended_at)  # it stays "just now"
    crowd = Crowd(bulkhead)
    assert bulkhead.take(5.0)
    bulkhead.give_back()
    assert bulkhead.take(5.0)
    crowd.come()
    crowd.await_waiting(1)
    bulkhead.give_back()
    assert crowd.end() == [True]


def test_how_long_who_waits() -> None:
    now = [1000.0]
    bulkhead = Bulkhead(1, places=0, monotonic=lambda: now[0])
    assert bulkhead.take(5.0)
    assert bulkhead._patience() == 0.0, "nothing has ended yet"
    bulkhead.give_back()
    assert bulkhead._patience() == Bulkhead.MOMENT
    now[0] += Bulkhead.MOMENT + 0.01
    assert bulkhead._patience() == 0.0, "nothing ended lately"
    assert Bulkhead(1, places=1, monotonic=lambda: now[0])._patience() == Bulkhead.PATIENCE


def test_nobody_waits_longer_than_the_budget_or_a_second() -> None:
    bulkhead = Bulkhead(1, places=1, monotonic=time.monotonic)
    assert bulkhead.take(5.0)
    assert not bulkhead.take(0.01)
    began = time.monotonic()
    assert not bulkhead.take(60.0)
    assert time.monotonic() - began < 30.0


def test_a_slot_is_never_given_twice() -> None:
    crowd = Crowd(Bulkhead(2, places=50, monotonic=time.monotonic))
    inside, most = [0], [0]
    lock = threading.Lock()

    def work() -> None:
        for _ in range(50):
            if not crowd.bulkhead.take(5.0):
                continue
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with lock:
                inside[0] -= 1
            crowd.bulkhead.give_back()

    crowd.threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in crowd.threads:
        thread.start()
    crowd.end()
    assert (most[0] <= 2, inside[0]) == (True, 0)
    assert [crowd.bulkhead.take(0.0) for _ in range(3)] == [True, True, False]


@contextmanager
def hanging(client: NeroPay, calls: int, is_inside: threading.Semaphore) -> Iterator[list[str]]:
    """So many threads in calls that do not end, until the block ends; what became of them."""
    told: list[str] = []

    def call() -> None:
        try:
            told.append(client.customers.get("1001").id)
        except Unavailable as error:
            told.append(error.code)

    threads = [threading.Thread(target=call) for _ in range(calls)]
    for thread in threads:
        thread.start()
        assert is_inside.acquire(timeout=30.0)
    yield told
    for thread in threads:
        thread.join(30.0)


def test_a_call_that_waited_its_turn_goes_through(serve: Serve, connect: Connect) -> None:
    is_inside, may_go = threading.Semaphore(0), threading.Event()

    def hold(_request: Received) -> Reply:
        is_inside.release()
        may_go.wait(30.0)
        return success(JANE)

    server = serve(hold)
    client = connect(server, max_concurrent=1, max_waiting=1)
    with hanging(client, 1, is_inside) as told:
        second = threading.Thread(target=lambda: told.append(client.customers.get("1001").id))
        second.start()
        until = time.monotonic() + 30.0
        while not client._caller._bulkhead._waiting:
            assert time.monotonic() < until
        may_go.set()
        second.join(30.0)
    assert told == ["1001", "1001"]
    assert len(server.received) == 2
