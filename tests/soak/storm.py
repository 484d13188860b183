"""NeroPay answers 503 to everything, and people go on asking: we do not make it worse."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soak.clerks import database_url
from tests.soak.figures import Figure, Options
from tests.soak.people import hire, worker_timeouts
from tests.writes.killing import running_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.soak.people import Person
    from tests.writes.killing import Shop

_A_SECOND = 40
_PEOPLE = 16
_CUSTOMERS = 400
_MOST = 1.1  # calls upstream for each that was asked for
_ids = count(1)


def run(options: Options) -> Iterator[Figure]:
    """Ask forty times a second, on each database."""
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tillside-soak-") as name, ExitStack() as stack:
            folder = Path(name)
            url = database_url(stack, database, folder)
            shop = stack.enter_context(running_shop(folder, database_url=url, customers=_CUSTOMERS))
            for figure in storm(shop, options.seconds):
                yield replace(figure, name=f"{database}: {figure.name}")


def storm(shop: Shop, seconds: int) -> list[Figure]:
    """Ask for so long while NeroPay is down, three reads to each save."""
    people = hire(shop, _PEOPLE)
    forms = {person.email: person.open("/customers/new") for person in people}
    shop.sandbox.forget_requests()
    shop.sandbox.fault(action="status", status=503, times=0)
    answers: Counter[int] = Counter()
    began = time.monotonic()
    with ThreadPoolExecutor(len(people)) as crowd:
        for share in crowd.map(
            lambda person: _ask_often(person, forms[person.email], people, began + seconds), people
        ):
            answers += share
    calls, took = len(shop.sandbox.requests()), time.monotonic() - began
    shop.sandbox.clear_faults()
    asked = sum(answers.values())
    told = f"{asked} in {took:.0f} s, {asked / took:.1f} a second: {dict(answers)}"
    return [Figure("asked", told), *_figures(shop, people, calls / max(1, asked))]


def _ask_often(
    person: Person, form: dict[str, str], people: Sequence[Person], until: float
) -> Counter[int]:
    """Ask at this person's share of the rate."""
    answers: Counter[int] = Counter()
    every = len(people) / _A_SECOND
    due = time.monotonic()
    while due < until:
        threading.Event().wait(max(0.0, due - time.monotonic()))
        due += every
        answers[_ask(person, form, next(_ids))] += 1
    return answers


def _ask(person: Person, form: dict[str, str], number: int) -> int:
    if number % 4:
        customer = person.shop.customer_ids[number % _CUSTOMERS]
        return person.ask("GET", f"/customers/{customer}/refresh", htmx=True).status
    fields = {**form, "intent": f"{number:032x}", "name": f"New {number}"}
    return person.ask("POST", "/customers/new", data=fields).status


def _figures(shop: Shop, people: Sequence[Person], share: float) -> Iterator[Figure]:
    yield Figure("calls upstream for each", f"{share:.3f}", "≤ 1.1", share <= _MOST)
    stopped = worker_timeouts(shop)
    yield Figure("worker time-outs", f"{stopped}", "0", not stopped)
    broken = [one for person in people for one in person.broken + person.odd]
    yield Figure("requests without a proper answer", f"{len(broken)}", "0", not broken)
