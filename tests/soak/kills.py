"""kill -9 of web and worker at random moments, while people save."""

from __future__ import annotations

import os
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.servers.processes import is_listening, wait_until
from tests.soak.clerks import Clerk, database_url
from tests.soak.figures import Figure, Options, say
from tests.writes.checking import check_copy
from tests.writes.killing import Shop, running_shop
from webapp.activity.service import verify
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.writes.service import State, count_open, find

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_CLERKS = 4
_CUSTOMERS = 40
_LONGEST_WORK = 1.0  # seconds between being up and the next kill, at the most
_UP_AGAIN = 5.0  # seconds
_WHO = (("web",), ("worker",), ("web", "worker"))


def run(options: Options) -> Iterator[Figure]:
    """Kill on each database, and see what is left."""
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tillside-soak-") as name, ExitStack() as stack:
            folder = Path(name)
            url = database_url(stack, database, folder)
            shop = stack.enter_context(
                running_shop(folder, database_url=url, customers=_CUSTOMERS, categories=4)
            )
            for figure in kill_and_count(shop, options.kills):
                yield Figure(f"{database}: {figure.name}", *_rest(figure))


def _rest(figure: Figure) -> tuple[str, str, bool]:
    return figure.value, figure.wanted, figure.is_met


def kill_and_count(shop: Shop, kills: int, seed: int | None = None) -> list[Figure]:
    """Kill so many times under load, then compare what was said with what is.

    Args:
        shop: Running, with somebody signed in.
        kills: How many times; web, worker, or both at once.
        seed: Of the moments; a new one each time when not given, and printed.
    """
    seed = int.from_bytes(os.urandom(4), "big") if seed is None else seed
    say(f"(seed {seed})")
    share = len(shop.customer_ids) // _CLERKS
    clerks = [
        Clerk(shop, number, shop.customer_ids[number * share : (number + 1) * share])
        for number in range(_CLERKS)
    ]
    slow = {"action": "wait", "times": 0, "seconds": 0.1}  # so that kills find calls on their way
    shop.sandbox.fault(**slow, when="after", match={"method": "POST"})
    shop.sandbox.fault(**slow, when="before", match={"method": "PATCH"})
    for clerk in clerks:
        clerk.start()
    downs = [_kill(shop, chance) for chance in [random.Random(seed)] for _ in range(kills)]  # noqa: S311  # moments, no secrets
    for clerk in clerks:
        clerk.stop()
    for clerk in clerks:
        clerk.join(60)
    shop.sandbox.clear_faults()
    _wait_long(lambda: count_open() == 0, seconds=300)
    return [*_figures(shop, clerks, downs), *_state(shop)]


def _kill(shop: Shop, chance: random.Random) -> float:
    """Kill somebody after a while; give the seconds until everything answers again."""
    threading.Event().wait(chance.uniform(0.0, _LONGEST_WORK))
    who = chance.choice(_WHO)
    began = time.monotonic()
    shop.kill(*who)
    shop.start(*sorted(who, reverse=True))
    wait_until(lambda: is_listening(shop.port), "the web")
    shop.request("GET", "/login")
    return time.monotonic() - began


def _wait_long(is_true: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with suppress(TimeoutError):
            wait_until(is_true, "every write to be settled")
            return


def _figures(shop: Shop, clerks: Sequence[Clerk], downs: Sequence[float]) -> Iterator[Figure]:
    sent = [one for clerk in clerks for one in clerk.sent]
    effects = Counter(effect["key"] for effect in shop.sandbox.ledger())
    yield Figure("kills", f"{len(downs)}, {Counter(shop.kills)['web']} of the web")
    slowest = max(downs)
    yield Figure(
        "up again after",
        f"{statistics.median(downs):.1f} s in the middle, {slowest:.1f} s at the most",
        "≤ 5 s",
        slowest <= _UP_AGAIN,
    )
    broken = sum(clerk.broken for clerk in clerks)
    yield Figure("forms sent", f"{len(sent)}, tries that found nobody: {broken}")
    odd = [line for clerk in clerks for line in clerk.odd]
    yield Figure("answers that nobody should get", f"{len(odd)} {odd[:3] or ''}", "0", not odd)
    missing = [one.intent for one in sent if one.place and not _is_kept(one.place, one.intent)]
    acknowledged = sum(one.place is not None for one in sent)
    yield Figure(
        "acknowledged writes not there",
        f"{len(missing)} of {acknowledged}",
        "0",
        not missing,
    )
    conflicts = [one.intent for one in sent if one.is_conflict]
    wrongly = [intent for intent in conflicts if _is_applied(find(intent))]
    value = f"{len(wrongly)} of {len(conflicts)}"
    yield Figure("conflicts told of a write that was applied", value, "0", not wrongly)
    twice = [key for key, count in effects.items() if count > 1]
    yield Figure("effects at NeroPay that happened twice", f"{len(twice)}", "0", not twice)
    foreign = [key for key in effects if (found := find(key)) is None or not _is_applied(found)]
    yield Figure("effects not applied in the journal", f"{len(foreign)}", "0", not foreign)
    unclear = count_open()
    yield Figure("writes still open", f"{unclear}", "0", not unclear)


def _is_kept(place: str, intent: str) -> bool:
    found = find(intent)
    if found is None or found.is_open:
        return False
    return found.state is State.APPLIED or place.endswith(f"/writes/{intent}")


def _is_applied(found: object) -> bool:
    return getattr(found, "state", None) is State.APPLIED


def _state(shop: Shop) -> Iterator[Figure]:
    chain = verify()
    yield Figure("activity chain", f"{chain.checked} entries", "verifies", chain.ok)
    told = Counter(_ends())
    applied = {effect["key"] for effect in shop.sandbox.ledger()}
    untold = [key for key in applied if told[key] != 1]
    yield Figure("applied writes without one activity row", f"{len(untold)}", "0", not untold)
    try:
        check_copy(shop)
        differs = ""
    except AssertionError as error:
        differs = str(error)[:200] or "it does not"
    yield Figure("our copy is what NeroPay has", differs or "yes", "yes", not differs)
    broken = [problem for problem in _integrity(shop) if problem != "ok"]
    yield Figure("integrity of the files", ", ".join(broken) or "ok", "ok", not broken)


def _ends() -> list[str]:
    query = select(activity.c.intent_id).where(
        activity.c.intent_id.is_not(None), activity.c.outcome == "applied"
    )
    with db.read() as connection:
        return list(connection.execute(query).scalars())


def _integrity(shop: Shop) -> Iterator[str]:
    """Ask each SQLite file; PostgreSQL is not killed, so its pages are not in question."""
    for path in sorted(shop.folder.glob("*.db")):
        with closing(sqlite3.connect(path)) as connection:
            yield connection.execute("PRAGMA integrity_check").fetchone()[0]
