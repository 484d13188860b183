"""Who else has a form open: told while it is so, and in nobody's way."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from webapp.customers import presence
from webapp.customers.presence_table import presence as table
from webapp.customers.service import purge_presence
from webapp.extensions import db
from webapp.people.tables import people, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

URL = "/customers/1001/edit"
POLL = "/customers/1001/presence"
ROW = {"HX_Target": "tr#customer-1001"}
TOLD = "Manager Person has this form open too, since"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


@pytest.fixture
def staff(page_as: Callable[[str], Page], manager: Page) -> Page:
    return page_as("staff")


def test_the_second_is_told_of_the_first_by_name(staff: Page, manager: Page) -> None:
    assert "has this form open" not in manager.get(URL).text
    for answer in (staff.get(URL), staff.get(URL, htmx=True, **ROW), staff.get(POLL, htmx=True)):
        assert TOLD in answer.text
    assert "Staff Person has this form open too" in manager.get(POLL, htmx=True).text
    assert "has this form open" not in staff.get("/customers/1002/edit").text


def test_the_part_asks_again_by_itself(staff: Page) -> None:
    part = staff.get(POLL, htmx=True)
    assert part.reader.tags[0][1]["hx-get"] == POLL
    assert part.reader.tags[0][1]["id"] == "presence-1001"
    assert staff.get(POLL).location == URL, "a page of its own it is not"
    assert staff.get("/customers/9999/presence", htmx=True).status == 404


def test_it_ends_with_saving_cancelling_and_silence(
    staff: Page, manager: Page, clock: Clock
) -> None:
    form = manager.get(URL).form(URL)
    assert manager.post(URL, {**form, "city": "Swansea"}).status == 303
    assert TOLD not in staff.get(POLL, htmx=True).text
    manager.get(URL)
    manager.get("/customers/1001/leave")
    assert TOLD not in staff.get(POLL, htmx=True).text
    manager.get(URL)
    manager.post(URL, manager.get(URL).form(URL))  # nothing to save
    assert TOLD not in staff.get(POLL, htmx=True).text
    manager.get(URL)
    clock.advance(seconds=44)
    assert TOLD in staff.get(POLL, htmx=True).text
    clock.advance(seconds=2)
    assert TOLD not in staff.get(POLL, htmx=True).text


def test_it_ends_when_the_change_is_left_to_be_sent_later(
    staff: Page, manager: Page, copied: Sandbox
) -> None:
    form = manager.get(URL).form(URL)
    assert TOLD in staff.get(POLL, htmx=True).text
    copied.fault(action="status", status=503, times=0)
    assert manager.post(URL, {**form, "city": "Swansea", "hold": "1"}).status == 303
    assert TOLD not in staff.get(POLL, htmx=True).text


def test_an_undo_is_no_saving_of_the_form(staff: Page, manager: Page) -> None:
    saved = manager.post(URL, {**manager.get(URL).form(URL), "city": "Swansea"})
    toast = manager.get(saved.location)
    manager.get(URL)
    url = next(
        str(found["action"])
        for tag, found in toast.reader.tags
        if tag == "form" and "/undo/" in str(found.get("action"))
    )
    draft = {**manager.get(URL).form(URL), "city": "Typed"}
    manager.post("/customers/1001/draft", draft)
    assert manager.post(url, toast.form(url)).status == 303
    assert TOLD in staff.get(POLL, htmx=True).text
    assert "and did not save it" in manager.get(URL).text, "nor does it take the draft"


def test_asking_renews_it_and_the_time_is_that_of_opening(
    staff: Page, manager: Page, clock: Clock
) -> None:
    manager.get(URL)
    first = staff.get(POLL, htmx=True).text
    for _ in range(6):
        clock.advance(seconds=40)
        manager.get(POLL, htmx=True)
    assert staff.get(POLL, htmx=True).text == first
    clock.advance(minutes=10)
    manager.get(URL)
    assert TOLD in staff.get(POLL, htmx=True).text != first


def test_asking_does_not_keep_the_session(
    app: Flask, staff: Page, clock: Clock, cast: dict[str, Member]
) -> None:
    def seen() -> object:
        query = select(sessions.c.seen_at).where(sessions.c.person_id == cast["staff"].id)
        with app.app_context(), db.read() as connection:
            return connection.execute(query).scalar_one()

    before = seen()
    clock.advance(minutes=5)
    staff.get(POLL, htmx=True)
    assert seen() == before
    staff.get(URL)
    assert seen() != before
    clock.advance(minutes=31)
    assert staff.get(POLL, htmx=True).status == 401


def test_a_name_is_text(app: Flask, staff: Page, manager: Page, cast: dict[str, Member]) -> None:
    with app.app_context(), db.write() as connection:
        mine = people.c.id == cast["manager"].id
        connection.execute(update(people).where(mine).values(name="<b>{{7*7}}\u202e"))
    manager.get(URL)
    answer = staff.get(URL)
    assert "&lt;b&gt;{{7*7}}" in answer.html
    assert "\u202e" not in answer.html


def test_old_marks_are_dropped(app: Flask, staff: Page, clock: Clock) -> None:
    staff.get(URL)
    with app.app_context():
        purge_presence(clock())
        with db.read() as connection:
            assert connection.execute(select(table.c.record_id)).scalars().all() == ["1001"]
        clock.advance(seconds=46)
        purge_presence(clock())
        with db.read() as connection:
            assert connection.execute(select(table)).all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_form_does_not_wait_for_a_writer(
    staff: Page, manager: Page, settings: Settings, app: Flask
) -> None:
    manager.get(URL)
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        answer = staff.get(URL)
        assert answer.status == 200
        assert TOLD in answer.text, "reading goes on"
        writer.execute("ROLLBACK")
    assert "Staff Person" not in manager.get(POLL, htmx=True).text, "the mark was left out"
    with app.test_request_context(), db.read() as connection:
        with presence._lightly() as light:
            assert light.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 50
            assert light.exec_driver_sql("PRAGMA synchronous").scalar_one() == 1  # NORMAL
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 5000
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
