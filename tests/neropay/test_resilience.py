"""The parts that hold back, by a clock that only the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from webapp.neropay import Unavailable
from webapp.neropay.resilience import Breaker, Bulkhead, Pacer, RetryBudget, Throttle


@dataclass
class Hand:
    """A clock that stands still."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def admits(breaker: Breaker) -> bool:
    try:
        breaker.admit()
    except Unavailable:
        return False
    return True


def test_five_failures_in_ten_seconds_open_the_breaker() -> None:
    hand = Hand()
    breaker = Breaker(clock=hand, monotonic=hand)
    for _ in range(4):
        breaker.fail()
        hand.now += 2.6
    breaker.fail()
    assert admits(breaker), "10.4 s for five"
    breaker.fail()
    assert not admits(breaker)


def test_one_probe_each_five_seconds() -> None:
    hand = Hand()
    breaker = Breaker(clock=hand, monotonic=hand)
    for _ in range(5):
        breaker.fail()
    admitted = []
    for _ in range(40):
        hand.now += 0.5
        admitted.append(admits(breaker))
    assert admitted == ([False] * 9 + [True]) * 4


def test_a_success_closes_it_and_forgets() -> None:
    hand = Hand()
    breaker = Breaker(clock=hand, monotonic=hand)
    for _ in range(5):
        breaker.fail()
    breaker.succeed()
    breaker.fail()
    assert breaker.since is None
    assert admits(breaker)


def test_a_refusal_says_when_the_next_probe_is_due() -> None:
    hand = Hand()
    breaker = Breaker(clock=hand, monotonic=hand)
    for _ in range(5):
        breaker.fail()
    hand.now += 2.0
    with pytest.raises(Unavailable) as caught:
        breaker.admit()
    assert caught.value.after == pytest.approx(3.0)


def test_the_bulkhead_has_at_least_one_slot() -> None:
    bulkhead = Bulkhead(0, places=0, monotonic=Hand())
    assert [bulkhead.take(5.0), bulkhead.take(5.0)] == [True, False]
    bulkhead.give_back()
    assert bulkhead.take(5.0)


def test_ten_good_calls_earn_one_retry() -> None:
    budget = RetryBudget()
    assert [budget.spend() for _ in range(3)] == [True, True, False]
    for _ in range(9):
        budget.earn()
    assert not budget.spend()
    budget.earn()
    assert [budget.spend(), budget.spend()] == [True, False]


def test_retries_are_not_saved_up() -> None:
    budget = RetryBudget()
    for _ in range(1000):
        budget.earn()
    assert [budget.spend() for _ in range(3)] == [True, True, False]


def test_background_calls_come_at_the_budgets_pace() -> None:
    hand = Hand()
    pacer = Pacer(60, monotonic=hand, sleep=hand.sleep)
    hand.now += 86_400.0  # a quiet day saves nothing up
    began_at = hand.now
    for _ in range(180):
        pacer.wait()
        pacer.count()
    assert hand.now - began_at == pytest.approx(120.0, abs=1.0)


def test_a_pause_that_neropay_asked_for_is_kept_up_to_a_minute() -> None:
    hand = Hand()
    pacer = Pacer(600, monotonic=hand, sleep=hand.sleep)
    pacer.pause(7.0)
    pacer.pause(3.0)
    pacer.wait()
    pacer.pause(86_400.0)
    pacer.wait()
    pacer.wait()
    assert hand.slept == [7.0, 60.0]


def test_a_throttle_says_yes_once_in_a_while() -> None:
    hand = Hand()
    throttle = Throttle(300.0, monotonic=hand)
    said = []
    for _ in range(4):
        said.append(throttle.is_due())
        hand.now += 150.0
    assert said == [True, False, True, False]
