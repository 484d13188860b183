"""Signing in: what its time tells about accounts, and what a storm of it does to everybody else.

The storm comes from ever new addresses with ever new accounts, so that no limit keeps it from
being hashed: what stands between it and those who work is the number of hashes at a time alone.
"""

from __future__ import annotations

import http.client
import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import delete, insert

from tests.bench import report
from tests.bench.site import cookie_in, token_in
from webapp.db.engine import create_database_engine
from webapp.people.passwords import hash_password
from webapp.people.tables import invitations, people, sign_in_failures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Engine

    from tests.bench.load import Burst
    from tests.bench.measure import Loader
    from tests.bench.site import Site

PAIRS = 200
STORM = 50  # connections
SECONDS = 30.0
PROXY: Mapping[str, str] = {"TRUSTED_PROXIES": "1"}  # so that a request may say where it is from

_KINDS = ("unknown", "wrong", "suspended", "barred", "invited")
_WHO = {"barred": "suspended, right password"}
_PASSWORD = "a bench that nobody sits on"
_EVERY = 0.02  # seconds between an answer and the next look at the customers page
_CHANGING = re.compile(r'(name="csrf_token"\s+value=")[^"]+')


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever the storm is: their cookie, and the token that goes with it."""

    cookie: str
    token: str


def measure(loader: Loader, site: Site) -> None:
    """Measure both, and print them."""
    engine = create_database_engine(site.env["DATABASE_URL"])
    try:
        _add_accounts(engine)
        visitor = _visit(site)
        _tell_times(site, visitor)
        _forget(engine)
        for name, is_throttled in (("ever new addresses", False), ("one address", True)):
            requests = _storm(site, visitor, is_throttled=is_throttled)
            _tell_storm(name, loader, site, requests)
            _forget(engine)
    finally:
        engine.dispose()


def _tell_times(site: Site, visitor: Visitor) -> None:
    times: dict[str, list[float]] = {kind: [] for kind in _KINDS}
    bodies = set()
    connection = http.client.HTTPConnection("127.0.0.1", site.web.port, timeout=30)
    for number in range(-5, PAIRS):  # the first few warm up
        for kind in _KINDS[number % 5 :] + _KINDS[: number % 5]:
            name = _name(kind, abs(number))
            password = _PASSWORD if kind == "barred" else "wrong"
            began = time.perf_counter()
            body = _try(connection, visitor, f"{name}@shop.example", password, number)
            if number >= 0:
                times[kind].append(time.perf_counter() - began)
            bodies.add(body.replace(name, "NAME"))
    connection.close()
    medians = {kind: 1000 * median(found) for kind, found in times.items()}
    spread = max(medians.values()) - min(medians.values())
    report.add_figures(
        [
            *(
                (f"sign-in, {_WHO.get(kind, kind)}, median of {PAIRS}", f"{took:.1f} ms", "")
                for kind, took in medians.items()
            ),
            ("sign-in: largest difference of medians", f"{spread:.1f} ms", "< 10 ms"),
            ("sign-in: different answers (without their token)", str(len(bodies)), "1"),
        ]
    )


def _tell_storm(name: str, loader: Loader, site: Site, requests: Iterator[bytes]) -> None:
    quiet = _read_for(site, 3.0)
    found: list[float] = []
    reader = threading.Thread(target=lambda: found.extend(_read_for(site, SECONDS)))
    reader.start()
    burst = loader.run_for(site.web.port, tuple(requests), STORM, SECONDS, 422, 429, 503)
    reader.join()
    answers = ", ".join(f"{count} × {code}" for code, count in sorted(burst.statuses.items()))
    what = f"{STORM} wrong sign-ins at once, {name}"
    report.add_figures(
        [
            (f"customers page before, p95 of {len(quiet)}", f"{_p95(quiet):.0f} ms", ""),
            (f"customers page meanwhile, p95 of {len(found)}", f"{_p95(found):.0f} ms", "< 500 ms"),
            (f"{what}, {SECONDS:.0f} s", answers, ""),
            ("… each waited, p50 / p95", _waits(burst), ""),
        ]
    )


def _waits(burst: Burst) -> str:
    return f"{burst.quantile(0.5):.0f} / {burst.quantile(0.95):.0f} ms"


def _read_for(site: Site, seconds: float) -> list[float]:
    """Look at the customers page again and again; milliseconds of each."""
    connection = http.client.HTTPConnection("127.0.0.1", site.web.port, timeout=60)
    headers = {"Cookie": site.cookie, "Accept-Encoding": "gzip, br"}
    pause, end, found = threading.Event(), time.perf_counter() + seconds, []
    while time.perf_counter() < end:
        began = time.perf_counter()
        connection.request("GET", "/customers", headers=headers)
        answer = connection.getresponse()
        answer.read()
        found.append(1000 * (time.perf_counter() - began))
        assert answer.status == 200, answer.status
        pause.wait(_EVERY)
    connection.close()
    return found


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]


def _visit(site: Site) -> Visitor:
    connection = http.client.HTTPConnection("127.0.0.1", site.web.port, timeout=30)
    connection.request("GET", "/login")
    answer = connection.getresponse()
    visitor = Visitor(cookie_in(answer), token_in(answer.read().decode()))
    connection.close()
    return visitor


def _try(
    connection: http.client.HTTPConnection,
    visitor: Visitor,
    email: str,
    password: str,
    number: int,
) -> str:
    fields = {"email": email, "password": password, "csrf_token": visitor.token}
    headers = {
        "Cookie": visitor.cookie,
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Forwarded-For": _address(number),
    }
    connection.request("POST", "/login", urlencode(fields), headers)
    answer = connection.getresponse()
    body = answer.read().decode()
    assert answer.status == 422, answer.status
    return _CHANGING.sub(r"\1", body)


def _storm(site: Site, visitor: Visitor, *, is_throttled: bool) -> Iterator[bytes]:
    """More tries than can be made in the time; none twice."""
    for number in range(20_000):
        form = {
            "email": f"storm{number}@shop.example",
            "password": "wrong",
            "csrf_token": visitor.token,
        }
        body = urlencode(form).encode()
        lines = [
            "POST /login HTTP/1.1",
            f"Host: 127.0.0.1:{site.web.port}",
            f"Cookie: {visitor.cookie}",
            "Content-Type: application/x-www-form-urlencoded",
            f"X-Forwarded-For: {_address(0 if is_throttled else number)}",
            f"Content-Length: {len(body)}",
        ]
        yield ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def _address(number: int) -> str:
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _add_accounts(engine: Engine) -> None:
    """A person for each try of each kind that has one, and an invitation for the invited."""
    moment = datetime.now(UTC)
    person = {
        "role": "staff",
        "password_hash": hash_password(_PASSWORD),
        "theme": "auto",
        "has_shortcuts": True,
        "created_at": moment,
        "password_changed_at": moment,
    }
    accounts = [
        {**_called(kind, number), **person, "is_active": kind == "wrong"}
        for kind in ("wrong", "suspended", "barred")
        for number in range(PAIRS)
    ]
    waiting = [
        {
            **_called("invited", number),
            "token_hash": f"{number:064}",
            "role": "staff",
            "created_at": moment,
            "expires_at": moment + timedelta(days=7),
        }
        for number in range(PAIRS)
    ]
    with engine.begin() as connection:
        connection.execute(insert(people), accounts)
        connection.execute(insert(invitations), waiting)


def _called(kind: str, number: int) -> dict[str, str]:
    name = _name(kind, number)
    email = f"{name}@shop.example"
    return {"name": name, "email": email, "email_key": email}


def _name(kind: str, number: int) -> str:
    return f"{kind}{number:04}"


def _forget(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(delete(sign_in_failures))
