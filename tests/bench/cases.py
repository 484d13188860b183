"""What is measured: each case is a set of prepared requests, with the figure it has to reach."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sqlalchemy import text

from tests.bench import data
from tests.bench.site import new_intent
from webapp.customers.cursors import Cursor, to_text
from webapp.db.engine import create_database_engine
from webapp.neropay.signing import encode_body, write_headers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.bench.site import Site

PARTIAL = {
    "HX-Request": "true",
    "HX-Request-Type": "partial",
    "HX-Source": "form#filters",
    "HX-Target": "section#results",
}


@dataclass(frozen=True, slots=True)
class Case:
    """Something to measure.

    Attributes:
        name: For the table.
        figure: How many times the floor it may take, at one connection.
        requests: Whole requests, used in turn.
        status: What each is answered with.
        upstream: Requests to the sandbox itself, which the same work needs: its time is not ours.
            Empty for what does not call NeroPay.
        is_write: Whether each request may be sent once only.
    """

    name: str
    figure: float
    requests: tuple[bytes, ...]
    status: int = 200
    upstream: tuple[tuple[bytes, ...], ...] = ()
    is_write: bool = False


def read_cases(site: Site, count: int) -> list[Case]:
    """The lists, searches and pages that come from our copy alone."""
    source = data.sandbox_file(count)
    terms = data.choose_terms(source)
    ids = data.customer_ids(source, 200)
    search = 6.0 if count <= 100_000 else 10.0
    cases = [
        Case("list, first page", 6, (site.get("/customers"),)),
        Case("list, a page in the middle", 6, (site.get(f"/customers?page={_middle(site)}"),)),
        Case("list, newest first", 6, (site.get("/customers?sort=newest"),)),
    ]
    for name, term in (
        ("rare name", terms.rare),
        ("common name", terms.common),
        ("last four digits", terms.last_four),
        ("whole e-mail", terms.email),
        ("start of an e-mail", terms.email_start),
        ("postcode", terms.postcode),
        ("no hit", terms.none),
    ):
        path = f"/customers?{urlencode({'sort': 'best', 'added_since': '', 'q': term})}"
        cases.append(Case(f"search part, {name}", search, (site.get(path, headers=PARTIAL),)))
    pages = tuple(site.get(f"/customers/{one}") for one in ids)
    forms = tuple(site.get(f"/customers/{one}/edit") for one in ids)
    return [*cases, Case("record page", 5, pages), Case("edit form", 5, forms)]


def write_cases(site: Site, count: int, each: int) -> list[Case]:
    """Create and edit, `each` requests of them; every one is answered by the sandbox."""
    source = data.sandbox_file(count)
    creates = tuple(site.post("/customers/new", _new(index)) for index in range(each))
    ids = data.customer_ids(source, each)
    edits = tuple(_edit(site, source, one) for one in ids)
    post = tuple(_signed(site, "POST", "/v2/customers", _new(index)) for index in range(each))
    get = tuple(_signed(site, "GET", f"/v2/customers/{one}", {}) for one in ids)
    city = {"city": "Elsewhere"}
    patch = tuple(_signed(site, "PATCH", f"/v2/customers/{one}", city) for one in ids)
    return [
        Case("create (our share)", 8, creates, 303, (post,), is_write=True),
        Case("edit (our share)", 8, edits, 303, (get, patch), is_write=True),
    ]


def _middle(site: Site) -> str:
    """The cursor of the row in the middle of the list by name."""
    engine = create_database_engine(site.env["DATABASE_URL"])
    with engine.connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM customers")).scalar_one()
        row = connection.execute(
            text("SELECT name_key, pk FROM customers ORDER BY name_key, pk LIMIT 1 OFFSET :half"),
            {"half": count // 2},
        ).one()
    engine.dispose()
    return to_text(Cursor("name", is_backwards=False, key=row[0], pk=row[1], index=count // 2))


def _new(index: int) -> dict[str, str]:
    return {
        "name": f"Benedict Bench {index}",
        "email": f"benedict.{index}@example.org",
        "phone": f"07700 900{index % 1000:03}",
        "address1": f"{index} Bench Row",
        "city": "Settle",
        "postcode": "BD24 9AA",
        "intent": new_intent(),
    }


def _edit(site: Site, source: Path, customer_id: int) -> bytes:
    values = data.values_of(source, customer_id)
    fields = {name: value or "" for name, value in values.items()}
    form = {
        **fields,
        "address1": f"{customer_id} Bench Row",
        "seen": json.dumps(values),
        "intent": new_intent(),
    }
    return site.post(f"/customers/{customer_id}/edit", form)


def _signed(site: Site, method: str, path: str, fields: Mapping[str, str]) -> bytes:
    """A whole request to the sandbox, as the client would send it."""
    secret = site.env["NEROPAY_SECRET_KEY"]
    sent = {name: value for name, value in fields.items() if name != "intent"}
    body = encode_body(sent) if method != "GET" else b""
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{site.sandbox_port}",
        f"Authorization: Bearer {secret}",
        "Accept: application/json",
    ]
    if method != "GET":
        headers = write_headers(secret, int(time.time()), body, new_intent())
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
