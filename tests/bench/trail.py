"""The activity page over a long trail, each page beside the customers list of the same minute."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import insert, select, update

from tests.bench import report
from tests.bench.site import sign_in
from webapp import create_app
from webapp.activity.chain import digest_of
from webapp.activity.service import search_text_of, verify
from webapp.activity.tables import activity, activity_head
from webapp.db.engine import create_database_engine
from webapp.people.tables import people
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from tests.bench.measure import Loader
    from tests.bench.site import Site

ROWS = 100_000

_CHUNK = 5_000
_BURST = 60  # requests
_KINDS = (  # with how many of a hundred entries are of each
    ("customer.update", 60),
    ("customer.changed_in_neropay", 15),
    ("sign_in.ok", 10),
    ("customer.create", 9),
    ("sign_in.failed", 4),
    ("category.create", 1),
    ("person.role_changed", 1),
)
_PEOPLE = ("Asha", "Ben", "Cerys", "Dai", "Eilidh", "Farah")
_STREETS = ("High Street", "Mill Lane", "Quay Road", "Chapel Row", "Station Approach")


def measure(loader: Loader, site: Site) -> None:
    """Fill the trail, measure every filter for an owner and for staff, and prove the chain."""
    engine = create_database_engine(site.env["DATABASE_URL"])
    try:
        with engine.begin() as connection:
            _fill(connection)
        _analyse(engine)
        report.say("| activity page | p50 ms | customers list | times | figure |")
        report.say("|---|---:|---:|---:|---:|")
        for role in ("owner", "staff"):
            with engine.begin() as connection:
                connection.execute(update(people).values(role=role))
            cookie, token = sign_in(site.web.port)
            _compare(loader, replace(site, cookie=cookie, csrf_token=token), role)
    finally:
        engine.dispose()
    _prove(site)


def _compare(loader: Loader, site: Site, role: str) -> None:
    port, customers = site.web.port, (site.get("/customers"),)
    for name, query in _queries().items():
        page = (site.get(f"/activity?{urlencode(query)}"),)
        pairs = []
        loader.run(port, page, 8, _BURST)  # each thread of each worker
        for _ in range(5):
            ours, theirs = loader.run(port, page, 1, _BURST), loader.run(port, customers, 1, _BURST)
            pairs.append((ours.quantile(0.5), theirs.quantile(0.5)))
        times = median(ours / theirs for ours, theirs in pairs)
        mark = "" if times <= 3 else " !"
        mine, its = (median(column) for column in zip(*pairs, strict=True))
        report.say(f"| {role}: {name} | {mine:.2f} | {its:.2f} | {times:.1f}{mark} | ≤ 3 |")


def _queries() -> dict[str, dict[str, str]]:
    day = (datetime.now(UTC) - timedelta(days=30)).date().isoformat()
    rare = {"q": f"{ROWS // 2} High Street"}
    return {
        "everything": {},
        "far down": {"before": str(ROWS // 2)},
        "person": {"person": "1"},
        "person who did little": {"person": "99"},
        "nobody signed in": {"person": "nobody"},
        "NeroPay": {"person": "neropay"},
        "record": {"record": "customer:1042"},
        "record by its number": {"record": "1042"},
        "kind": {"kind": "customer.update"},
        "rare kind": {"kind": "person.role_changed"},
        "group of kinds": {"kind": "customers"},
        "group of kinds that is rare": {"kind": "people"},
        "day": {"since": day, "until": day},
        "words, common": {"q": "High Street"},
        "words, rare": rare,
        "words, nowhere": {"q": "zzyzx"},
        "words, two letters": {"q": "hi"},
        "person, kind, day and words": {
            "person": "1",
            "kind": "customers",
            "q": "Mill Lane",
            "since": day,
            "until": day,
        },
        "kind and words that never meet": {"kind": "person.role_changed", "q": "Mill Lane"},
        "person and words that never meet": {"person": "99", "q": "High Street"},
    }


def _prove(site: Site) -> None:
    app = create_app(Settings.from_environment({**os.environ, **site.env}))
    with app.app_context():
        speeds = []
        for _ in range(3):
            began = time.perf_counter()
            result = verify()
            assert result.ok, result
            speeds.append(result.checked / (time.perf_counter() - began))
    app.extensions["tillside.neropay"].close()
    app.extensions["tillside.db"][0].dispose()
    report.add_figures(
        [("activity verify, best of 3", f"{max(speeds):,.0f} rows/s", "≥ 50,000 rows/s")]
    )


def _fill(connection: Connection) -> None:
    head = connection.execute(select(activity_head)).one()
    previous, rows = head.last_hash, []
    for row in _entries(head.last_id + 1):
        previous = row["hash"] = digest_of(previous, row)
        row["search_text"] = search_text_of(row["label"], row["changes"])
        rows.append(row)
        if len(rows) == _CHUNK:
            connection.execute(insert(activity), rows)
            rows.clear()
    assert not rows
    newest = head.last_id + ROWS
    connection.execute(update(activity_head).values(last_id=newest, last_hash=previous))


def _entries(first: int) -> Iterator[dict[str, Any]]:
    """Two months of a busy shop; the same for the same day."""
    kinds = [kind for kind, share in _KINDS for _ in range(share)]
    began = datetime.now(UTC) - timedelta(days=60)
    for index in range(ROWS):
        kind = kinds[index * 37 % 100]
        is_nobody = kind in {"customer.changed_in_neropay", "sign_in.failed"}
        person = 99 if index == ROWS // 3 else 1 + index % len(_PEOPLE)
        number, street = index % 20_000, _STREETS[index % len(_STREETS)]
        changes = {"address1": [f"{index} {street}", f"{index + 1} {street}"]}
        yield {
            "id": first + index,
            "at": began + timedelta(seconds=index * 50),
            "actor_id": None if is_nobody else person,
            "actor_name": "NeroPay" if is_nobody else _PEOPLE[person % len(_PEOPLE)],
            "address": "198.51.100.7",
            "kind": kind,
            "record_type": "customer" if kind.startswith("customer") else "person",
            "record_id": str(1000 + number),
            "label": f"Customer {number}",
            "changes": json.dumps(changes) if kind.startswith("customer") else "{}",
            "outcome": "applied",
            "intent_id": None,
        }


def _analyse(engine: Engine) -> None:
    """Let the database know its tables, as its own upkeep does in the night."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not is_sqlite:
            connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("PRAGMA optimize" if is_sqlite else "VACUUM ANALYZE activity")
