"""The operations that read: one case of the matrix each, and what staff see of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.matrix.ends import UNREAD
from tests.matrix.seen import assert_logged, code_on
from webapp.categories.service import refresh_categories
from webapp.customers.service import run_sync

if TYPE_CHECKING:
    import pytest

    from tests.matrix.ends import End, Fault
    from tests.matrix.world import Shop, World
    from tests.page import Answer

RETRIES = 2  # that a client has in hand, whatever happens
_REST = 20.0  # seconds after which the breaker has forgotten
_RECORD = "/customers/1001"
_UNHEARD_OF = "/customers/999"
_NOT_HERE = frozenset({"saved", "refused", "not_found", "idempotency_conflict"})


@dataclass(frozen=True)
class Reading:
    """An operation.

    Attributes:
        match: The calls that are meant.
        asked: Calls that it needs when all is well, as a page and with htmx.
        look: Does it under the fault, once each way; gives the ids of our requests that failed.
    """

    match: dict[str, str]
    asked: int
    look: Callable[[World, Shop, End, Fault], list[str]]


def try_reading(
    world: World, fault: Fault, operation: str, end: End, capsys: pytest.CaptureFixture[str]
) -> None:
    """Read under the fault, look; take the fault away, and look again."""
    reading = READING[operation]
    capsys.readouterr()
    with world.under(fault, reading.match) as shop:
        failed = reading.look(world, shop, end, fault)
        calls = world.sandbox.requests()
    assert len(calls) <= reading.asked + RETRIES + 2 * fault.is_warm, calls
    names = [str(row["name"]) for row in world.sandbox.customers()]
    if end.kind != "saved":
        secrets = [*names, world.sandbox.secret_key]
        assert_logged(capsys.readouterr().err, end, failed, secrets)
    with world.calm.app.app_context():
        world.settle(seconds=40)
        if not fault.is_spoiling:
            world.assert_copied()
        world.copy()
        world.assert_copied()


def _refresh(world: World, shop: Shop, end: End, fault: Fault) -> list[str]:
    """The record is shown from our copy, dated, with what went wrong."""
    failed = []
    for htmx in (False, True):
        world.arm(shop, fault)
        shown = shop.page.get(f"{_RECORD}/refresh", htmx=htmx)
        world.clock.sleep(_REST)
        if end.kind == "saved":
            assert shown.status == (200 if htmx else 303)
            told = shown if htmx else shop.page.get(shown.location)
            assert not code_on(told)
            _assert_harmless(told)
            continue
        assert shown.status == 200
        if htmx and end.kind == "refused":  # the page asked by itself: it is no alert
            assert "NeroPay does not give single records here" in shown.text
            assert not code_on(shown)
            continue
        assert any(UNREAD[kind] in shown.text for kind in end.kind.split("|")), shown.text
        assert "What you see is our own copy" in shown.text
        assert "Last confirmed by NeroPay" in shown.text
        assert "102 Mill Lane" in shown.text
        failed.append(_assert_reference(shown, end))
    return failed


def _open(world: World, shop: Shop, end: End, fault: Fault) -> list[str]:
    """A record that we have never heard of: only NeroPay could tell whether there is one."""
    failed = []
    for htmx in (False, True):
        world.arm(shop, fault)
        shown = shop.page.get(_UNHEARD_OF, htmx=htmx)
        world.clock.sleep(_REST)
        if end.kind in _NOT_HERE:
            assert shown.status == 404
            continue
        assert shown.status == 502
        assert "NeroPay gave no proper answer" in shown.text
        failed.append(_assert_reference(shown, end))
    return failed if end.kind not in _NOT_HERE else []


def _sync(world: World, shop: Shop, end: End, fault: Fault) -> list[str]:
    """The list is read to its end, or our copy stays as it was, and says that it is old."""
    with shop.app.app_context():
        for _ in range(2):
            world.arm(shop, fault)
            result = run_sync(reason="matrix")
            world.clock.sleep(_REST)
            expected = "done" if end.kind == "saved" else "failed"
            assert result.state == expected, result
            assert result.gone == 0, result
            assert re.fullmatch(end.code, result.error_code or ""), result
    for htmx in (False, True):
        shown = shop.page.get("/customers", htmx=htmx)
        assert shown.status == 200
        rows = [tag for tag, found in shown.reader.tags if tag == "tr" and found.get("id")]
        assert len(rows) == len(world.sandbox.customers())
        _assert_harmless(shown)
        if not htmx:
            assert shown.has("p", data_freshness="ok" if end.kind == "saved" else "failed")
    return []


def _categories(world: World, shop: Shop, end: End, fault: Fault) -> list[str]:
    """Likewise the categories."""
    with shop.app.app_context():
        for _ in range(2):
            world.arm(shop, fault)
            result = refresh_categories()
            world.clock.sleep(_REST)
            assert result.is_complete == (end.kind == "saved"), result
            assert re.fullmatch(end.code, result.error_code or ""), result
    for htmx in (False, True):
        shown = shop.page.get("/categories", htmx=htmx)
        assert shown.status == 200
        assert shown.has("span", data_state="failed") == (end.kind != "saved")
        for category in world.sandbox.categories():
            assert shown.has("tr", id=f"category-{category['id']}")
        _assert_harmless(shown)
    return []


def _assert_reference(shown: Answer, end: End) -> str:
    """The code, and what support needs to find it in the log; give the request's id."""
    code, request_id = code_on(shown), str(shown.response.headers["X-Request-ID"])
    assert re.fullmatch(end.code, code), code
    assert f"Z · {code} · {request_id}" in shown.text
    return request_id


def _assert_harmless(shown: Answer) -> None:
    """Nothing that came with a record is more than text (`Page` has looked for scripts)."""
    assert "<img src=x" not in shown.html
    assert "\x00" not in shown.html
    assert "\x1b" not in shown.html
    assert len(shown.html) < 1_000_000


READING = {
    "refresh": Reading({"method": "GET", "path": "customers/"}, 2, _refresh),
    "open": Reading({"method": "GET", "path": "customers/"}, 2, _open),
    "sync": Reading({"method": "GET", "path": "customers$"}, 4, _sync),
    "categories": Reading({"method": "GET", "path": "categories"}, 4, _categories),
}
