"""A database that is locked or whose disk is full: said honestly, nothing lost, no restart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event

from webapp.activity.service import verify
from webapp.extensions import db
from webapp.writes.service import count_open, settle_due

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/new"
SHORT = {"sqlite": "PRAGMA busy_timeout = 20", "postgresql": "SET statement_timeout = 200"}
OURS: dict[str, Any] = {"Sec_Fetch_Site": "same-origin"}  # a browser says so
LOCK = {
    "sqlite": "BEGIN IMMEDIATE",
    "postgresql": "LOCK TABLE {tables} IN EXCLUSIVE MODE",
}


@pytest.fixture
def impatient(app: Flask) -> Flask:
    """The application, whose connections wait a moment only for a lock."""
    on_connect(app, lambda dialect: SHORT[dialect])
    return app


def on_connect(app: Flask, give: Callable[[str], str]) -> None:
    engine, _ = app.extensions["tillside.db"]

    def prepare(connection: Any, _record: object) -> None:
        connection.cursor().execute(give(engine.dialect.name))
        if engine.dialect.name == "postgresql":
            connection.commit()

    event.listen(engine, "connect", prepare)
    engine.dispose()


@contextmanager
def locked(app: Flask, tables: str = "intents, activity_head, sessions") -> Iterator[None]:
    """Somebody else holds what every writer needs; on PostgreSQL these tables."""
    url = app.extensions["tillside.db"][0].url
    other = create_engine(url)
    with other.connect() as connection:
        connection.exec_driver_sql(LOCK[url.get_backend_name()].format(tables=tables))
        yield
        connection.rollback()
    other.dispose()


@contextmanager
def full(app: Flask) -> Iterator[None]:
    """The file cannot grow any more, and has no free page."""
    with app.app_context(), db.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = {"pages": int(pages)}
    on_connect(app, lambda _: f"PRAGMA max_page_count = {limit['pages']}")
    yield
    limit["pages"] = 1_000_000
    app.extensions["tillside.db"][0].dispose()


def posts(sandbox: Sandbox) -> int:
    return sum(call["method"] == "POST" for call in sandbox.requests())


def filled(page: Page, name: str) -> dict[str, str]:
    return {**page.get(URL).form(URL), "name": name, "city": "Hull " * 20}


def assert_honest(answer: Answer) -> None:
    assert answer.status == 503
    assert answer.response.headers["Retry-After"]
    assert "nothing was sent to NeroPay" in answer.text
    assert "Traceback" not in answer.html
    assert "OperationalError" not in answer.html


def test_locked_nothing_is_sent_and_what_was_typed_is_kept(
    impatient: Flask, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    form = filled(staff, "Ada Locke")
    with locked(impatient):
        answer = staff.post(URL, form, **OURS)
        assert_honest(answer)
        assert answer.form(URL)["name"] == "Ada Locke"
        part = staff.post(URL, form, htmx=True)
        assert_honest(part)
        assert part.has("div", data_error_code="database_failed")
        assert staff.get("/customers").status == 200, "reading goes on"
    assert posts(copied) == 0
    again = staff.post(URL, answer.form(URL))
    assert again.status == 303
    assert posts(copied) == 1
    assert [row["name"] for row in copied.customers()].count("Ada Locke") == 1


def test_locked_a_record_is_opened_all_the_same(
    impatient: Flask, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff, url = page_as("staff"), "/customers/1001/refresh"
    with locked(impatient, "customers"):
        opened, pressed = staff.get(url, htmx=True), staff.get(url)
        unknown = staff.get("/customers/9999/refresh")
    assert (opened.status, pressed.status, unknown.status) == (200, 200, 404)
    assert "Daisy Thomas" in opened.text
    assert "not asked again just now" in opened.text
    assert not opened.has("div", role="alert"), "nobody pressed anything"
    assert "Busy just now What you see is our own copy" in pressed.text


def test_who_was_not_saving_is_not_told_about_saving(
    impatient: Flask, page: Page, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    copied.seed(customers=13)  # the last one is not copied yet
    staff, saved = page_as("staff"), "it may have been saved"
    with locked(impatient, "customers"):
        reading = staff.get("/customers/1013/refresh")
    assert (reading.status, saved in reading.text) == (503, False)
    with locked(impatient):
        signing_in = page.post("/login", {"email": "x@shop.example", "password": "wrong"})
        saving = staff.post("/account/name", {"name": "Somebody"})
    assert (signing_in.status, saved in signing_in.text) == (503, False)
    assert (saving.status, saved in saving.text) == (503, True)


def test_an_outcome_that_cannot_be_written_down_is_found_out_later(
    impatient: Flask, page_as: Callable[[str], Page], copied: Sandbox, clock: Clock
) -> None:
    staff = page_as("staff")
    form = filled(staff, "Bea Unwritten")
    copied.fault(action="wait", when="after", times=1, match={"method": "POST"})
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(staff.post, URL, form)
        copied.await_waiting()
        with locked(impatient):
            copied.release()
            answer = waiting.result()
    assert answer.status == 303
    assert answer.location.endswith(f"/writes/{form['intent']}")
    assert "not confirmed" in staff.get(answer.location).text
    with impatient.app_context():
        assert count_open() == 1
        clock.advance(minutes=1)
        assert settle_due() == 1
        assert count_open() == 0
        assert verify().ok
    assert [effect["key"] for effect in copied.ledger()] == [form["intent"]]
    assert staff.get(f"/writes/{form['intent']}").status == 200


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_said_and_over_when_there_is_room(
    app: Flask, page_as: Callable[[str], Page], copied: Sandbox, clock: Clock
) -> None:
    staff = page_as("staff")
    with full(app):
        for number in range(60):  # until the pages' own room is used up
            form = filled(staff, f"Cy Full {number}")
            answer = staff.post(URL, form, **OURS)
            if answer.status != 303:
                break
        sent = posts(copied)
        assert_honest(answer)
        assert answer.form(URL)["name"] == form["name"]
        assert staff.post(URL, form).status == 503
        assert posts(copied) == sent
        assert staff.get("/customers?q=Full").status == 200
    assert staff.post(URL, answer.form(URL)).status == 303
    with app.app_context():
        clock.advance(minutes=1)
        settle_due()
        assert count_open() == 0
        assert verify().ok
    made = [row["name"] for row in copied.customers() if row["name"].startswith("Cy Full")]
    assert len(made) == len(set(made)) == number + 1


def test_a_form_that_was_sent_before_is_not_called_unsent(
    impatient: Flask, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    form = filled(staff, "Dora Twice")
    copied.fault(action="reset", when="after", times=0)
    place = staff.post(URL, form).location
    assert place == f"/writes/{form['intent']}"
    with locked(impatient):
        again = staff.post(URL, form, **OURS)
    assert again.status == 503
    assert "nothing was sent" not in again.text
    assert again.form(URL)["intent"] == form["intent"], "to be sent again as the same one"


def test_nor_is_a_line_of_a_list_whose_form_they_share(
    impatient: Flask, page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    copied.set_category(20, in_use=0)
    manager = page_as("manager")
    url, again = "/categories/20/delete", "/categories/20/add-again"
    form = manager.get(manager.post(url, manager.get(url).form(url)).location).form(again)
    copied.fault(action="reset", when="after", times=0)
    assert manager.post(again, form).location.startswith("/writes/")
    with locked(impatient):
        answer = manager.post(again, form, **OURS)
        other = manager.post(again.replace("20", "21"), form, **OURS)
    assert answer.status == 503 or answer.location.startswith("/writes/"), "PostgreSQL can look"
    assert "nothing was sent" not in answer.text
    assert other.status == 404
