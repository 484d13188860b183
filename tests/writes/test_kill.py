"""kill -9 of gunicorn and the worker between send and answer: each write has its effect once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers.processes import wait_until
from tests.writes.checking import check_activity, check_copy, check_files, check_ledger
from tests.writes.killing import MOMENTS, Shop, Write, running_shop
from webapp.writes.service import Outcome, State, count_open, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

pytestmark = pytest.mark.server

ROUNDS = 20  # in each, web and worker are killed while two writes are at NeroPay
IN_USE = 3  # the round whose category NeroPay does not delete


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running_shop(tmp_path) as running:
        yield running


def test_whatever_is_killed_each_write_has_its_effect_once(shop: Shop) -> None:
    sent: list[Write] = []
    for number in range(ROUNDS):
        pair = slice(number % 2, None, 2)  # two adds, or a change and a deletion
        moments = [list(MOMENTS)[(number // 2 + place) % len(MOMENTS)] for place in range(2)]
        writes = fill_forms(shop, number, pair, moments)
        kill_between_send_and_answer(shop, writes)
        shop.sandbox.release()
        shop.start("worker", "web")
        if not sent:
            send_again(shop, writes)
        sent += writes
    for moment in MOMENTS:
        kill_while_settling(shop, moment)
    late = fill_forms(shop, ROUNDS, slice(4), ["before"] * 4)
    kill_between_send_and_answer(shop, late)
    shop.start("worker", "web")
    wait_long(lambda: count_open() == 0, "every write to be settled")
    shop.sandbox.release()  # only now the calls arrive whose senders died
    wait_until(lambda: all(is_over(call) for call in shop.sandbox.requests()), "late calls")

    assert min(shop.kills.count("web"), shop.kills.count("worker")) >= 20
    outcomes = [outcome_of(write) for write in [*sent, *late]]
    refused = [outcome for outcome in outcomes if outcome.state is not State.APPLIED]
    assert [(one.kind, one.state) for one in refused] == [("category.delete", State.REFUSED)]
    check_ledger(shop, [one for one in outcomes if one.state is State.APPLIED])
    check_copy(shop)
    check_activity(shop, outcomes)
    check_files(shop)


def fill_forms(shop: Shop, number: int, kinds: slice, moments: Sequence[str]) -> list[Write]:
    """Open and fill a form of some kinds, for records that no other round touches."""
    customer_id, category_id = shop.customer_ids[number], shop.category_ids[number]
    shop.sandbox.set_category(category_id, in_use=int(number == IN_USE))
    forms: list[tuple[str, str, str, dict[str, str]]] = [
        ("POST", "customers", "/customers/new", {"name": f"New {number}", "city": "Hull"}),
        ("PATCH", "customers", f"/customers/{customer_id}/edit", {"city": f"Town {number}"}),
        ("POST", "categories", "/categories/new", {"name": f"Category {number}"}),
        ("DELETE", "categories", f"/categories/{category_id}/delete", {}),
    ]
    return [
        Write(url, method, part, shop.open_form(url) | typed, moment)
        for (method, part, url, typed), moment in zip(forms[kinds], moments, strict=True)
    ]


def kill_between_send_and_answer(shop: Shop, writes: Sequence[Write]) -> None:
    shop.send_and_kill(writes)
    assert [outcome_of(write).state for write in writes] == [State.PENDING] * len(writes)
    for write in writes:
        is_in_use = write.url == f"/categories/{shop.category_ids[IN_USE]}/delete"
        if write.moment == "after" and not is_in_use:
            wait_until(partial(has_effect, shop, write), "its effect")
        else:
            assert not has_effect(shop, write)


def send_again(shop: Shop, writes: Sequence[Write]) -> None:
    """What a person does whose browser says that the connection broke."""
    with ThreadPoolExecutor(len(writes)) as clients:
        places = list(clients.map(shop.send, writes))
    for write, place in zip(writes, places, strict=True):
        is_open = outcome_of(write).is_open  # or the worker was quicker: their lease was over
        assert place == f"/writes/{write.intent}" or (place and not is_open)


def kill_while_settling(shop: Shop, moment: str) -> None:
    """Kill the worker alone, while NeroPay has a write that it sends again."""
    before = len(shop.keys_received())
    for method in ("POST", "PATCH", "DELETE"):
        shop.hold(moment, method)
    wait_long(lambda: len(shop.keys_received()) > before, "a write sent again")
    shop.sandbox.await_waiting()
    shop.kill("worker")
    shop.sandbox.clear_faults()
    outcome = find(shop.keys_received()[-1])
    assert outcome is not None
    assert (outcome.state, outcome.is_open) == (State.UNKNOWN, True)
    shop.sandbox.release()
    shop.start("worker")


def wait_long(is_true: Callable[[], bool], what: str) -> None:
    """Look for two minutes: a lease alone lasts half as long as `wait_until` is patient."""
    with suppress(TimeoutError):
        return wait_until(is_true, what)
    return wait_until(is_true, what)


def has_effect(shop: Shop, write: Write) -> bool:
    return any(effect["key"] == write.intent for effect in shop.sandbox.ledger())


def is_over(call: dict[str, Any]) -> bool:
    return call["status"] is not None or call["fault"] == "refuse"


def outcome_of(write: Write) -> Outcome:
    outcome = find(write.intent)
    assert outcome is not None
    return outcome
