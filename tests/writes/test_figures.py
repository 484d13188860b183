"""The figures that were asked for: calls while NeroPay fails, and how a backlog is worked off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.activity.service import Actor, verify
from webapp.customers import service as customers
from webapp.customers import waiting
from webapp.extensions import neropay
from webapp.jobs.work import settle_writes
from webapp.neropay import NeroPay, NeroPayError
from webapp.writes.service import State, count_open, find, new_intent_id
from webapp.writes.waiting import count_held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Clock, Member
    from webapp.sandbox.testing import Sandbox

BACKLOG = 40
LONGEST = 60.0  # seconds from NeroPay's return until everything is settled
A_SECOND = 2.0  # calls


@pytest.fixture
def anna(cast: dict[str, Member]) -> Actor:
    return Actor(cast["staff"].id, "Anna", None)


@pytest.fixture(autouse=True)
def _in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


class Worker:
    """The worker's loop, in the time of a clock that is moved by its pauses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = clock.ahead

    @property
    def seconds(self) -> float:
        return (self._clock.ahead - self._began).total_seconds()

    def run(self, seconds: float) -> None:
        """Work until so much time has passed, or nothing is left."""
        until = self.seconds + seconds
        while self.seconds < until and (count_open() or count_held()):
            settle_writes(lambda pause: self._clock.advance(seconds=pause))
            self._clock.advance(seconds=1)


def test_a_backlog_of_unknown_writes_is_settled_within_a_minute(
    anna: Actor, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.fault(action="reset", when="before", times=0, match={"method": "POST"})
    ids = [new_intent_id() for _ in range(BACKLOG)]
    for number, intent_id in enumerate(ids):
        clock.advance(seconds=20)  # so that the breaker stays closed
        values = {"name": f"Jane {number}"}
        assert customers.create_customer(anna, intent_id, values).state is State.UNKNOWN
    sandbox.stop()
    Worker(clock).run(seconds=90)
    sandbox.start()
    worker, before = Worker(clock), neropay().calls_made()
    worker.run(seconds=10 * LONGEST)
    assert count_open() == 0
    assert worker.seconds <= LONGEST
    assert neropay().calls_made() - before <= A_SECOND * worker.seconds
    assert sorted(effect["key"] for effect in sandbox.ledger()) == sorted(ids)
    assert {outcome.state for outcome in map(find, ids) if outcome} == {State.APPLIED}
    assert verify().ok


def test_a_backlog_of_waiting_writes_goes_in_order_at_two_calls_a_second(
    anna: Actor, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.stop()
    with pytest.raises(NeroPayError):
        neropay().account.get()
    ids = [new_intent_id() for _ in range(BACKLOG)]
    for number, intent_id in enumerate(ids):
        waiting.hold_new(anna, intent_id, {"name": f"Jane {number}"})
    Worker(clock).run(seconds=30)
    assert count_held() == BACKLOG
    sandbox.start()
    worker, before = Worker(clock), neropay().calls_made()
    worker.run(seconds=10 * LONGEST)
    assert count_held() == 0
    assert worker.seconds <= LONGEST
    assert neropay().calls_made() - before <= A_SECOND * worker.seconds
    assert [effect["key"] for effect in sandbox.ledger()] == ids


def test_a_minute_of_503_at_forty_clicks_a_second(sandbox: Sandbox, clock: Clock) -> None:
    sandbox.fault(action="status", status=503, times=0)
    client = NeroPay(
        base_url=sandbox.url,
        secret_key=sandbox.secret_key,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
    )
    clicks = 60 * 40
    for _ in range(clicks):
        clock.advance(seconds=1 / 40)
        with pytest.raises(NeroPayError):
            client.account.get()
    client.close()
    sent = len(sandbox.requests())
    assert sent <= 1.1 * clicks
    assert sent <= 5 + 2 + 60 / 5 + 1  # to open the breaker, its retries, and a probe each 5 s
