"""The fault matrix over and over, with eight people at once, on real gunicorn and worker.

What staff see of each fault is looked at in `tests/matrix`; here it is counted what became of the
writes. Faults of the connection itself (TLS, names) never let anything out and are not repeated.
"""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from tests.matrix.faults import LOSSES, TIMES
from tests.matrix.faults_answers import ANSWERS, PAUSES, REDIRECTS, REFUSALS, TROUBLE
from tests.matrix.faults_hostile import SHAPES, TEXTS
from tests.soak.clerks import database_url
from tests.soak.figures import Figure, Options, say
from tests.soak.people import hire, worker_timeouts
from tests.writes.checking import check_copy
from tests.writes.killing import running_shop
from webapp.activity.service import verify
from webapp.activity.tables import activity
from webapp.categories.service import refresh_categories
from webapp.customers.service import run_sync
from webapp.extensions import db
from webapp.writes.service import State, count_open
from webapp.writes.tables import intents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.matrix.ends import Fault
    from tests.soak.people import Person
    from tests.writes.killing import Shop

_PEOPLE = 8
_CUSTOMERS = 400
_CATEGORIES = 40
_PATIENCE = 240.0  # seconds for the worker to find out about everything
_SLOW_EVERY = 10  # time-outs take fifteen seconds each, so they come in one round of so many
_WRITES = {"create": "POST", "update": "PATCH", "category_delete": "DELETE"}
# After such a pause it is found out as well, but not while anybody waits for a soak.
_LONGEST_PAUSE = frozenset({"503, Retry-After a day"})
_FAULTS = tuple(
    fault
    for fault in (*LOSSES, *PAUSES, *TROUBLE, *REFUSALS, *ANSWERS, *REDIRECTS, *TEXTS, *SHAPES)
    if not fault.is_warm and fault.name not in _LONGEST_PAUSE
)
# One breaker for each person: with fewer processes it would be open for most of the faults, and
# nothing would be sent. It forgets what failed while people rest, and asks again.
_PROCESSES = {"WEB_WORKERS": "16", "WEB_THREADS": "4"}
_REST = 1.2  # seconds
_ids = count(1)


@dataclass(frozen=True, slots=True)
class Left:
    """A form that was sent.

    Attributes:
        is_unknown: Its author was told that there is no answer yet.
        token: For the next form that the same person sends.
    """

    intent: str
    is_unknown: bool
    token: str


def run(options: Options) -> Iterator[Figure]:
    """Repeat the matrix on each database, and count."""
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tillside-soak-") as name, ExitStack() as stack:
            folder = Path(name)
            url = database_url(stack, database, folder)
            shop = stack.enter_context(
                running_shop(
                    folder,
                    database_url=url,
                    customers=_CUSTOMERS,
                    categories=_CATEGORIES,
                    **_PROCESSES,
                )
            )
            for figure in repeat(shop, options.rounds):
                yield replace(figure, name=f"{database}: {figure.name}")


def repeat(shop: Shop, rounds: int) -> list[Figure]:
    """Go through the faults so many times; give what became of the writes."""
    people, left = hire(shop, _PEOPLE), []
    for number in range(rounds):
        faults = (*_FAULTS, *TIMES) if number % _SLOW_EVERY == 0 else _FAULTS
        for fault in faults:
            left += _under(shop, people, fault)
        _wait_until_settled(shop)
        if number % _SLOW_EVERY == 0:
            say(f"(round {number + 1} of {rounds}: {len(left)} forms sent)")
    run_sync(reason="soak")
    refresh_categories()
    return [*_figures(shop, people, left, rounds), *_state(shop)]


def _under(shop: Shop, people: Sequence[Person], fault: Fault) -> list[Left]:
    """Have everybody send a form while a fault is on."""
    for operation, method in _WRITES.items():
        if fault.end(operation) is not None:
            shop.sandbox.fault(**fault.spec, times=0, match={"method": method})
    with ThreadPoolExecutor(len(people)) as crowd:
        sent = list(crowd.map(lambda person: _send(person, next(_ids)), people))
        shop.sandbox.clear_faults()
        shop.sandbox.release()
        threading.Event().wait(_REST)
        list(crowd.map(_look_again, people, sent))
    return [one for one in sent if one is not None]


def _look_again(person: Person, left: Left | None) -> None:
    """Read a record, which goes well again; then have one's own unknown write found out about."""
    customer = person.shop.customer_ids[next(_ids) % _CUSTOMERS]
    person.ask("GET", f"/customers/{customer}/refresh", htmx=True)
    if left is not None and left.is_unknown:
        token = {"csrf_token": left.token}
        person.ask("POST", f"/writes/{left.intent}/settle", data=token)


def _send(person: Person, number: int) -> Left | None:
    """Open a form, fill it in and send it; None where there is no form to be had."""
    url, typed = _task(person, number)
    fields = person.open(url)
    if not fields:
        return None  # the record waits for an outcome
    htmx = bool(number % 2)
    answer = person.ask("POST", url, htmx=htmx, data=fields | typed)
    is_unknown = answer.place.startswith("/writes/")
    return Left(fields["intent"], is_unknown, fields["csrf_token"])


def _task(person: Person, number: int) -> tuple[str, dict[str, str]]:
    kind = number % 8
    if kind in {0, 3, 6}:
        return "/customers/new", {"name": f"New {number}", "city": "Hull"}
    if kind in {1, 4, 7}:
        customer = person.shop.customer_ids[number % _CUSTOMERS]
        return f"/customers/{customer}/edit", {"city": f"Town {number}"}
    if kind == 2:
        return "/categories/new", {"name": f"Category {number}", "sort_order": "1"}
    # One in use cannot go; under an answer that claims success all the same nobody could tell.
    known = [row for row in person.shop.sandbox.categories() if not row["in_use"]]
    if len(known) < 2 * _PEOPLE:
        return "/categories/new", {"name": f"Category {number}", "sort_order": "1"}
    return f"/categories/{known[number % len(known)]['id']}/delete", {}


def _wait_until_settled(shop: Shop) -> None:
    """Let the worker find out; what was not sent is not waited for."""
    pause = threading.Event()
    for _ in range(int(_PATIENCE)):
        if count_open() == 0:
            return
        pause.wait(1.0)


def _figures(
    shop: Shop, people: Sequence[Person], left: Sequence[Left], rounds: int
) -> Iterator[Figure]:
    with db.read() as connection:
        rows = {row.id: row for row in connection.execute(select(intents))}
        told = Counter(
            (row.intent_id, row.outcome)
            for row in connection.execute(select(activity.c.intent_id, activity.c.outcome))
        )
    effects = Counter(effect["key"] for effect in shop.sandbox.ledger())
    ends = Counter(_end(row) for row in rows.values())
    unsure = sum(one.is_unknown for one in left)
    value = f"{rounds}, {len(left)}, {unsure} of them not known at first: {dict(ends)}"
    yield Figure("rounds, forms sent", value)
    broken = [one for person in people for one in person.broken]
    yield Figure("requests without an answer", f"{len(broken)} {broken[:3] or ''}", "0", not broken)
    odd = [one for person in people for one in person.odd]
    yield Figure("answers that nobody should get", f"{len(odd)} {odd[:3] or ''}", "0", not odd)
    stopped = worker_timeouts(shop)
    yield Figure("worker time-outs", f"{stopped}", "0", not stopped)
    most = max(effects.values(), default=0)
    yield Figure("most effects of one intent", f"{most}", "≤ 1", most <= 1)
    wrong = [
        f"{row.kind} {row.state} after {row.attempts} with {effects[key]}: {row.answer}"
        for key, row in rows.items()
        if not _is_right(row, effects[key])
    ]
    value = f"{len(wrong)} {wrong[:3] or ''}"
    yield Figure("intents with an effect that they do not tell of", value, "0", not wrong)
    foreign = sorted(set(effects) - set(rows))
    yield Figure("effects without an intent", f"{len(foreign)}", "0", not foreign)
    still_open = ends["open"]
    yield Figure("intents still open", f"{still_open}", "0", not still_open)
    untold = [key for key, row in rows.items() if told[key, row.state] != 1]
    yield Figure("intents without one activity row", f"{len(untold)}", "0", not untold)


def _end(row: Any) -> str:
    return str(row.state) if row.settled_at is not None else "open"


def _is_right(row: Any, effects: int) -> bool:
    """Applied has one effect, refused has none; of what is not known nobody can tell."""
    if row.settled_at is None or row.state == State.UNKNOWN:
        return True
    return effects == (1 if row.state == State.APPLIED else 0)


def _state(shop: Shop) -> Iterator[Figure]:
    chain = verify()
    yield Figure("activity chain", f"{chain.checked} entries", "verifies", chain.ok)
    try:
        check_copy(shop)
        differs = ""
    except AssertionError as error:
        differs = str(error)[:200] or "it does not"
    yield Figure("our copy is what NeroPay has", differs or "yes", "yes", not differs)
