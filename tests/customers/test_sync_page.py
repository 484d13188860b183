"""/customers/sync: how far the first copy is, and asking for a fresh one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.categories.service import refresh_categories
from webapp.customers.service import run_sync
from webapp.jobs.queue import make_huey

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

URL = "/customers/sync"


@pytest.fixture
def viewer(page_as: Callable[[str], Page]) -> Page:
    return page_as("viewer")


def test_before_the_first_copy_it_waits_and_asks_again(viewer: Page) -> None:
    for answer in (viewer.get(URL), viewer.get(URL, htmx=True), viewer.get("/customers")):
        assert answer.status == 200
        assert answer.has("section", id="sync", hx_get=URL, hx_trigger="every 2s")
        assert "The first copy has not begun yet." in answer.text


def test_the_first_copy_is_counted_while_it_runs(
    app: Flask, viewer: Page, sandbox: Sandbox
) -> None:
    sandbox.seed(customers=250, categories=0)
    sandbox.switch(paging="meta")
    seen: list[str] = []

    def look() -> bool:
        seen.append(viewer.get(URL, htmx=True).text)
        return False

    with app.app_context():
        run_sync(reason="test", should_stop=look)
    assert "0 customers so far" in seen[0]
    assert "200 of 250 customers so far, 2 pages read" in seen[2]


def test_the_list_can_be_searched_while_the_first_copy_runs(
    app: Flask, viewer: Page, sandbox: Sandbox
) -> None:
    sandbox.seed(customers=150, categories=0)
    lists = []

    def look() -> bool:
        lists.append(viewer.get("/customers?q=daisy+thomas"))
        return len(lists) == 2

    with app.app_context():
        run_sync(reason="test", should_stop=look)
    assert "Daisy Thomas" not in lists[0].text
    assert lists[1].has("a", href="/customers/1001")
    assert lists[1].has("section", id="sync")


@pytest.mark.usefixtures("copied")
def test_afterwards_the_page_is_loaded_anew_with_the_search_typed_meanwhile(viewer: Page) -> None:
    answer = viewer.get(URL, htmx=True)
    assert (answer.status, answer.response.headers.get("HX-Refresh")) == (204, "true")
    assert "HX-Redirect" not in answer.response.headers
    assert not viewer.get(URL).has("section", hx_get=URL)
    assert not viewer.get("/customers").has("section", id="sync")


def test_anybody_signed_in_may_ask_for_a_fresh_copy(viewer: Page, settings: Settings) -> None:
    answer = viewer.post(URL)
    assert (answer.status, answer.location) == (303, "/customers")
    assert "A fresh copy from NeroPay is on its way." in viewer.get("/customers").text
    assert viewer.post(URL, {"back": "/"}, htmx=True).location == "/"
    assert make_huey(settings).pending_count() == 2


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "/nowhere"])
def test_it_never_leads_elsewhere(viewer: Page, back: str) -> None:
    assert viewer.post(URL, {"back": back}).location == "/customers"


@pytest.mark.usefixtures("copied")
def test_how_old_the_copy_is_stands_on_every_page(
    viewer: Page, clock: Clock, sandbox: Sandbox, app: Flask
) -> None:
    assert viewer.get("/customers").has("p", data_freshness="ok")
    clock.advance(minutes=25)
    answer = viewer.get("/categories")
    assert answer.has("p", data_freshness="stale")
    assert "Copy from" in answer.text
    sandbox.fault(action="status", status=500, times=0)
    with app.app_context():
        run_sync(reason="test")
        refresh_categories()
    for url in ("/customers", "/customers?q=daisy", "/customers/1001", "/categories", "/"):
        answer = viewer.get(url)
        assert answer.status == 200
        assert answer.has("p", data_freshness="failed"), url
        assert "Copying failed" in answer.text
        assert "Copy from" in answer.text
    assert "Daisy Thomas" in viewer.get("/customers?q=daisy", htmx=True).text


def test_a_first_copy_that_fails_says_so(viewer: Page, sandbox: Sandbox, app: Flask) -> None:
    sandbox.fault(action="status", status=401, code="authentication_failed", times=0)
    with app.app_context():
        run_sync(reason="test")
    answer = viewer.get("/customers")
    assert answer.has("p", data_freshness="failed")
    assert "No customers yet" not in answer.text
    assert answer.has("section", id="sync")
    assert "has not worked" in answer.text


def test_other_methods(viewer: Page) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        data = {"csrf_token": viewer.csrf_token()}
        assert viewer.client.open(URL, method=method, data=data).status_code == 405
