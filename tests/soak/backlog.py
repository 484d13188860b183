"""Forty writes that nobody knows the end of, and NeroPay comes back: how soon, and how gently."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.soak.clerks import database_url
from tests.soak.figures import Figure, Options
from tests.soak.people import hire
from tests.writes.killing import running_shop
from webapp.writes.service import State, count_open, find

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.soak.people import Person
    from tests.writes.killing import Shop

_WRITES = 40
_UPDATES = 10  # of them; each is looked at before it is sent again
_AWAY = 20.0  # seconds that NeroPay is away for
_MOST = 0.9
_SOON = 60.0  # seconds
_A_SECOND = 2.0
_WINDOW = 10.0  # seconds over which calls are counted
_SLACK = 1  # call that a window of any length may hold besides
# An answer that says nothing clear, from a NeroPay that is plainly there: no breaker opens.
_UNCLEAR = {"action": "contradict", "status": 400, "times": 0}


def run(options: Options) -> Iterator[Figure]:
    """Work one off on each database."""
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tillside-soak-") as name, ExitStack() as stack:
            folder = Path(name)
            url = database_url(stack, database, folder)
            shop = stack.enter_context(running_shop(folder, database_url=url, customers=60))
            for figure in work_off(shop):
                yield replace(figure, name=f"{database}: {figure.name}")


def work_off(shop: Shop) -> list[Figure]:
    """Make the backlog, let NeroPay be away for a while, and watch its return."""
    person = hire(shop, 1)[0]
    for effect in (True, False):
        for method in ("POST", "PATCH"):
            match = {"method": method}
            shop.sandbox.fault(**{**_UNCLEAR, "times": 3}, effect=effect, match=match)
    for method in ("POST", "PATCH"):
        shop.sandbox.fault(**_UNCLEAR, match={"method": method})
    sent = [_send(shop, person, number) for number in range(_WRITES)]
    shop.sandbox.clear_faults()
    shop.sandbox.fault(action="status", status=503, times=0)
    threading.Event().wait(_AWAY)
    waiting = count_open()
    shop.sandbox.forget_requests()
    shop.sandbox.clear_faults()
    began = time.monotonic()
    while count_open() and time.monotonic() - began < 2 * _SOON:
        threading.Event().wait(0.25)
    return list(_figures(shop, sent, waiting, time.monotonic() - began))


def _send(shop: Shop, person: Person, number: int) -> str:
    if number < _UPDATES:
        url = f"/customers/{shop.customer_ids[number]}/edit"
        typed = {"city": f"Town {number}"}
    else:
        url, typed = "/customers/new", {"name": f"New {number}"}
    fields = person.open(url)
    person.ask("POST", url, data=fields | typed)
    return fields["intent"]


def _figures(shop: Shop, sent: Sequence[str], waiting: int, seconds: float) -> Iterator[Figure]:
    # The worker may have found out about a few before NeroPay was away.
    is_most = waiting >= _MOST * _WRITES
    yield Figure("writes open when NeroPay came back", f"{waiting}", f"{_WRITES}", is_most)
    calls = shop.sandbox.requests()
    told = dict(Counter(f"{call['method']} {_kind(call)}" for call in calls))
    value = f"{seconds:.0f} s, {len(calls)} calls: {told}"
    yield Figure("settled within", value, "≤ 60 s", seconds <= _SOON)
    # A sync and a look whether NeroPay is back are no part of the backlog.
    rate = busiest([call for call in calls if call["key"] or _kind(call) == "one"])
    is_gentle = rate <= _A_SECOND + _SLACK / _WINDOW
    yield Figure("calls a second, busiest ten seconds", f"{rate:.2f}", "≤ 2", is_gentle)
    ends = Counter(_end(intent) for intent in sent)
    yield Figure("ends", f"{dict(ends)}", f"{_WRITES} applied", ends[State.APPLIED] == _WRITES)
    effects = Counter(effect["key"] for effect in shop.sandbox.ledger())
    once = sum(effects[intent] == 1 for intent in sent)
    yield Figure("with one effect", f"{once}", f"{_WRITES}", once == _WRITES)


def busiest(calls: Sequence[dict[str, Any]]) -> float:
    """Give calls a second in the ten seconds with most of them."""
    moments = sorted(call["at"] for call in calls)
    most = max(
        (sum(start <= at < start + _WINDOW for at in moments) for start in moments), default=0
    )
    return most / _WINDOW


def _kind(call: dict[str, Any]) -> str:
    """Say what a call is about: one record, a list or the account."""
    return "one" if call["path"].count("/") == 3 else str(call["path"].rpartition("/")[2])


def _end(intent: str) -> State | None:
    outcome = find(intent)
    return outcome.state if outcome and not outcome.is_open else None
