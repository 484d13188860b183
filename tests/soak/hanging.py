"""NeroPay hangs, and fifty people go on clicking: what needs no NeroPay is as quick as ever."""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.soak.clerks import database_url
from tests.soak.figures import Figure, Options
from tests.soak.people import Person, hire, percentile, worker_timeouts
from tests.writes.killing import running_shop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.soak.people import Answered
    from tests.writes.killing import Shop

_PEOPLE = 50
_CUSTOMERS = 2000
_THREADS = "4"  # as in production, unless told otherwise
_HANGS = 60.0  # seconds
_THINKS = (0.5, 2.5)  # seconds between two clicks of one person
_TIMES_SLOWER = 3.0
_SLOWEST = 0.5  # seconds
_LONGEST_PAGE = 12.0  # seconds
_OWN = ("list", "search", "sign-in", "activity")  # pages that need no NeroPay
_ASKING = ("refresh", "save", "add")
_CLICKS = (30, 35, 3, 15, 9, 4, 4)  # of a hundred, each of these two in their order


@dataclass
class Load:
    """What people waited for, in seconds, by what they did."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


class _Visitor(threading.Thread):
    def __init__(self, person: Person, number: int, load: Load, end: threading.Event) -> None:
        super().__init__(daemon=True)
        self._person, self._load, self._end = person, load, end
        self._chance = random.Random(number)  # noqa: S311  # clicks, no secrets
        self._count = number * 1000

    def run(self) -> None:
        while not self._end.wait(self._chance.uniform(*_THINKS)):
            kind = self._chance.choices((*_OWN, *_ASKING), _CLICKS)[0]
            answered = self._click(kind)
            if answered is not None and answered.status:
                self._load.seconds[kind].append(answered.seconds)

    def _click(self, kind: str) -> Answered | None:
        person = self._person
        self._count += 1
        customer = person.shop.customer_ids[self._count % _CUSTOMERS]
        query = f"{self._chance.randrange(1000):03}"
        deeds: dict[str, Callable[[], Answered | None]] = {
            "list": lambda: person.ask("GET", "/customers?sort=name"),
            "search": lambda: person.ask("GET", f"/customers?q={query}", htmx=True),
            "activity": lambda: person.ask("GET", "/activity"),
            "sign-in": person.sign_in,
            "refresh": lambda: person.ask("GET", f"/customers/{customer}/refresh", htmx=True),
            "save": lambda: self._send(f"/customers/{customer}/edit", {"city": f"Town {query}"}),
            "add": lambda: self._send("/customers/new", {"name": f"New {self._count}"}),
        }
        return deeds[kind]()

    def _send(self, url: str, typed: dict[str, str]) -> Answered | None:
        fields = self._person.open(url)
        return self._person.ask("POST", url, data=fields | typed) if fields else None


def run(options: Options) -> Iterator[Figure]:
    """Measure without the fault and with it, on each database."""
    for database in options.databases:
        with tempfile.TemporaryDirectory(prefix="tillside-soak-") as name, ExitStack() as stack:
            folder = Path(name)
            url = database_url(stack, database, folder)
            shop = stack.enter_context(
                running_shop(folder, database_url=url, customers=_CUSTOMERS, WEB_THREADS=_THREADS)
            )
            for figure in measure(shop, options.seconds):
                yield replace(figure, name=f"{database}: {figure.name}")


def measure(shop: Shop, seconds: int) -> list[Figure]:
    """Let people click for so long without the fault, and as long with it."""
    people = hire(shop, _PEOPLE)
    click(people, min(5, seconds))  # every process has seen every page
    calm = click(people, seconds)
    shop.sandbox.fault(action="wait", seconds=_HANGS, times=0)
    hanging = click(people, seconds)
    shop.sandbox.clear_faults()
    shop.sandbox.release()
    return list(_figures(shop, people, calm, hanging))


def click(people: Sequence[Person], seconds: float) -> Load:
    """Have everybody click for so long; all answers are waited for."""
    load, end = Load(), threading.Event()
    visitors = [_Visitor(person, number, load, end) for number, person in enumerate(people)]
    for visitor in visitors:
        visitor.start()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        end.wait(0.1)
    end.set()
    for visitor in visitors:
        visitor.join(120)
    return load


def _figures(shop: Shop, people: Sequence[Person], calm: Load, hanging: Load) -> Iterator[Figure]:
    for kind in _OWN:
        before, after = (percentile(load.seconds[kind], 0.95) for load in (calm, hanging))
        value = (
            f"{after * 1000:.0f} ms of {len(hanging.seconds[kind])},"
            f" {before * 1000:.0f} ms of {len(calm.seconds[kind])} without"
        )
        is_met = after <= _TIMES_SLOWER * before and after <= _SLOWEST
        yield Figure(f"p95 of {kind}", value, "≤ 3 times, ≤ 500 ms", is_met)
    asking = [one for kind in _ASKING for one in hanging.seconds[kind]]
    longest = max(asking, default=0.0)
    value = f"{longest:.1f} s of {len(asking)}"
    yield Figure("longest page that needs NeroPay", value, "≤ 12 s", longest <= _LONGEST_PAGE)
    stopped = worker_timeouts(shop)
    yield Figure("worker time-outs", f"{stopped}", "0", not stopped)
    broken = [one for person in people for one in person.broken + person.odd]
    value = f"{len(broken)} {broken[:3] or ''}"
    yield Figure("requests without a proper answer", value, "0", not broken)
