"""The script of faults: matching, turns, order, and the waits in it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.sandbox.calls import Caller, data_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from webapp.sandbox.testing import Sandbox

JANE = {"name": "Jane Customer"}


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def in_background(pool: ThreadPoolExecutor, sandbox: Sandbox) -> Future[int]:
    def call() -> int:
        caller = Caller(sandbox)
        with caller.session:
            return caller.post("/customers", JANE, key="k1").status_code

    return pool.submit(call)


def statuses(caller: Caller, *paths: str) -> list[int]:
    return [caller.get(path).status_code for path in paths]


def test_a_fault_has_one_turn(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="status", status=503)
    assert statuses(caller, "/account", "/account") == [503, 200]


def test_turns_can_be_counted_skipped_or_endless(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="status", status=503, times=2, skip=1)
    assert statuses(caller, *["/account"] * 4) == [200, 503, 503, 200]
    sandbox.fault(action="status", status=500, times=0)
    assert statuses(caller, *["/account"] * 4) == [500] * 4
    assert sandbox.pending_faults()[0]["left"] is None
    sandbox.clear_faults()
    assert statuses(caller, "/account") == [200]


def test_faults_come_in_their_order(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.faults([{"action": "status", "status": status} for status in (500, 502, 503)])
    assert statuses(caller, *["/account"] * 4) == [500, 502, 503, 200]


def test_a_fault_meets_only_what_it_matches(sandbox: Sandbox, caller: Caller) -> None:
    match = {"method": "GET", "path": r"^/v2/customers/\d+$"}
    sandbox.seed(customers=1)
    sandbox.fault(action="status", status=503, match=match)
    paths = ["/customers", "/account", "/customers/1001", "/customers/1001"]
    assert statuses(caller, *paths) == [200, 200, 503, 200]
    sandbox.fault(action="status", status=503, match={"method": "POST"})
    assert statuses(caller, "/account") == [200]
    assert caller.post("/customers", JANE).status_code == 503


def test_a_wait_before_the_effect(sandbox: Sandbox, pool: ThreadPoolExecutor) -> None:
    sandbox.fault(action="wait")
    answer = in_background(pool, sandbox)
    sandbox.await_waiting()
    assert sandbox.ledger() == []
    sandbox.release()
    assert answer.result(10) == 201
    assert len(sandbox.ledger()) == 1


def test_a_wait_after_the_effect(sandbox: Sandbox, pool: ThreadPoolExecutor) -> None:
    sandbox.fault(action="wait", when="after", seconds=60)
    answer = in_background(pool, sandbox)
    sandbox.await_waiting()
    assert len(sandbox.ledger()) == 1
    assert not answer.done()
    sandbox.release()
    assert answer.result(10) == 201


def test_a_short_wait_ends_by_itself(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="wait", seconds=0.01)
    sandbox.fault(action="status", status=504, seconds=0.01, when="after", effect=True)
    assert data_of(caller.get("/account"))
    assert caller.post("/customers", JANE).status_code == 504
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize("ending", ["reset", "stop"])
def test_a_wait_that_is_called_off_has_no_effect(
    sandbox: Sandbox, pool: ThreadPoolExecutor, ending: str
) -> None:
    sandbox.fault(action="wait")
    answer = in_background(pool, sandbox)
    sandbox.await_waiting()
    getattr(sandbox, ending)()
    with pytest.raises(requests.ConnectionError):
        answer.result(10)
    if ending == "stop":
        sandbox.start()
    assert sandbox.ledger() == sandbox.customers() == []


def test_a_call_off_after_the_effect_gives_no_answer(
    sandbox: Sandbox, pool: ThreadPoolExecutor
) -> None:
    sandbox.fault(action="wait", when="after")
    answer = in_background(pool, sandbox)
    sandbox.await_waiting()
    sandbox.restart()
    with pytest.raises(requests.ConnectionError):
        answer.result(10)
    assert len(sandbox.ledger()) == 1


@pytest.mark.parametrize(
    "spec",
    [
        5,
        {},
        {"action": "nonsense"},
        {"action": "html", "colour": "red"},
        {"action": "wait", "seconds": "long"},
        {"action": "status", "status": True},
        {"action": "html", "match": {"url": "x"}},
        {"action": "html", "match": "x"},
        {"action": "reset", "when": "later"},
        {"action": "cut", "part": "tail"},
        {"action": "hostile", "kind": "nonsense"},
        {"action": "drip", "rate": 0},
        {"action": "cut", "at": 2},
        {"action": "page", "serve": 0},
        {"action": "html", "times": -1},
        {"action": "html", "match": {"path": "("}},
    ],
)
def test_a_spec_that_cannot_be_meant_is_refused_whole(sandbox: Sandbox, spec: Any) -> None:
    with pytest.raises(ValueError, match=r"take|unknown|JSON object"):
        sandbox.faults([{"action": "html"}, spec])
    assert sandbox.pending_faults() == []
