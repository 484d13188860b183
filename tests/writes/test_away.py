"""Whether NeroPay is away: told across processes, noticed by the worker, said in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from webapp.extensions import db, neropay
from webapp.jobs.work import settle_writes
from webapp.neropay import NeroPayError
from webapp.writes import away

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

ALWAYS = {"times": 0, "match": {"path": "/customers/1001"}}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.mark.parametrize(
    ("fault", "words", "code"),
    [
        (
            {"action": "status", "status": 503},
            "NeroPay has been out of order or under",
            "server_error",
        ),
        ({"action": "html", "status": 503}, "NeroPay has been out of order or under", "http_503"),
        (
            {"action": "status", "status": 401, "code": "authentication_failed"},
            "NeroPay has not accepted our access since",
            "authentication_failed",
        ),
        (
            {"action": "status", "status": 429, "code": "rate_limited", "retry_after": 60},
            "NeroPay has asked us to wait since",
            "rate_limited",
        ),
    ],
)
def test_the_banner_says_why(
    staff: Page, copied: Sandbox, fault: dict[str, Any], words: str, code: str
) -> None:
    copied.fault(**ALWAYS, **fault)
    staff.get("/customers/1001/refresh", htmx=True)
    page = staff.get("/customers")
    assert words in page.text
    assert "What you save can wait here and is sent when NeroPay is back." in page.text
    assert page.has("div", data_state="failed", data_error_code=code)


def test_who_may_not_save_is_not_told_what_becomes_of_what_is_saved(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    viewer = page_as("viewer")
    copied.fault(**ALWAYS, action="status", status=503)
    viewer.get("/customers/1001/refresh", htmx=True)
    page = viewer.get("/customers")
    assert "Searching and reading go on, from our own copy." in page.text
    assert "What you save" not in page.text
    assert "Saving has to wait" not in page.text


def test_nobody_listening_is_not_reached(staff: Page, copied: Sandbox) -> None:
    copied.stop()
    staff.get("/customers/1001/refresh", htmx=True)
    copied.start()
    page = staff.get("/")
    assert page.has("div", data_state="failed", data_error_code="connection_refused")


def test_one_write_without_an_answer_is_no_reason(staff: Page, copied: Sandbox) -> None:
    copied.fault(action="status", status=500, times=1, match={"method": "PATCH"})
    url = "/customers/1001/edit"
    staff.post(url, {**staff.get(url).form(url), "city": "York"})
    assert "since" not in staff.get("/customers").text.partition("Customers 12")[0]


def test_the_page_that_met_it_says_so_and_the_page_that_was_answered_does_not(
    staff: Page, copied: Sandbox
) -> None:
    refused = {"action": "status", "status": 401, "code": "authentication_failed"}
    copied.fault(**refused, match={"method": "POST"}, times=1)
    url = "/customers/new"
    fields = {**staff.get(url).form(url), "name": "Mary Smith"}
    page = staff.post(url, fields)
    assert page.has("div", data_state="failed", data_error_code="authentication_failed")
    copied.fault(action="status", status=422, match={"method": "POST"}, times=1)
    page = staff.post(url, {**page.form(url), "name": "Mary Smythe"})
    assert page.status == 422
    assert "has not accepted our access since" not in page.text


def test_another_process_is_told_and_the_worker_notices_the_return(
    staff: Page, copied: Sandbox, make_app: Callable[..., Flask], clock: Clock
) -> None:
    copied.stop()
    staff.get("/customers/1001/refresh", htmx=True)
    worker = make_app()
    with worker.app_context():
        gone = away.current()
        assert gone is not None
        assert gone.reason == "unreachable"
        settle_writes(lambda _: None)
        before = neropay().calls_made()
        for _ in range(10):  # ten looks in one second: one probe each five
            clock.advance(seconds=0.1)
            settle_writes(lambda _: None)
        assert neropay().calls_made() == before
        copied.start()
        clock.advance(seconds=6)
        settle_writes(lambda _: None)
        assert away.current() is None
    assert "NeroPay has not been reachable" not in staff.get("/").text


def test_what_is_unknown_is_due_at_once_when_neropay_is_back(
    staff: Page, copied: Sandbox, app: Flask, clock: Clock
) -> None:
    copied.fault(action="reset", when="before", times=0)
    url = "/customers/new"
    staff.post(url, {**staff.get(url).form(url), "name": "Mary Smith"})
    copied.stop()
    with app.app_context():
        for _ in range(8):  # so that the next try is far away
            clock.advance(seconds=40)
            settle_writes(lambda _: None)
        assert away.current() is not None
        copied.start()
        for _ in range(12):
            clock.advance(seconds=1)
            settle_writes(lambda _: None)
    assert [one["name"] for one in copied.customers()].count("Mary Smith") == 1
    assert "Added after all: Mary Smith" in staff.get("/").text


def test_the_line_of_a_process_follows_its_last_call(app: Flask, copied: Sandbox) -> None:
    with app.app_context():
        copied.stop()
        with pytest.raises(NeroPayError):
            neropay().account.get()
        assert (neropay().line.reason, neropay().line.code) == ("unreachable", "connection_refused")
        copied.start()
        neropay().account.get()
        assert (neropay().line.reason, neropay().line.code) == (None, "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_takes_nothing_in_spoils_no_answer(
    staff: Page, copied: Sandbox, app: Flask
) -> None:
    with app.app_context(), db.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_line BEFORE INSERT ON neropay_line"
            " BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    copied.fault(**ALWAYS, action="status", status=503)
    assert staff.get("/customers/1001/refresh", htmx=True).status == 200
    assert staff.get("/customers/1001").status == 200
