"""A form that comes back after it was sent: changed since, given up, behind a colleague's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT, NEW = "/customers/1001/edit", "/customers/new"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.mark.parametrize(("url", "method"), [(EDIT, "PATCH"), (NEW, "POST")])
def test_of_what_was_given_up_nobody_says_that_it_is_looked_for(
    staff: Page, copied: Sandbox, url: str, method: str
) -> None:
    copied.fault(action="reset", when="before", times=0, match={"method": method})
    form = {**staff.get(url).form(url), "name": "Mary Smith"}
    place = staff.post(url, form).location
    copied.clear_faults()
    assert staff.post(f"{place}/give-up", {"reason": "entered by hand"}).location == place
    answer = staff.post(url, {**form, "city": "Leeds"})
    assert answer.status == 409
    assert "It will never be known for certain" in answer.text
    assert "we are checking" not in answer.text
    again = answer.form(url)
    assert (again["city"], again["intent"] != form["intent"]) == ("Leeds", True)
    assert staff.post(url, again).status == 303
    assert len(copied.ledger()) == 1


def test_a_replay_is_told_that_it_was_saved_whatever_waits_by_now(
    app: Flask, staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    form = {**staff.get(EDIT).form(EDIT), "city": "York"}
    assert staff.post(EDIT, form).location == "/customers/1001"
    leave(page_as("manager"), copied, app, EDIT, phone="01632 960001")
    assert staff.post(EDIT, form).location == "/customers/1001"
    changed = staff.post(EDIT, {**form, "city": "Hull"})
    assert "Saved before, changed since" in changed.text
    assert len(copied.ledger()) == 1


def test_a_new_attempt_after_a_refusal_still_goes_behind(
    app: Flask, staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    form = {**staff.get(EDIT).form(EDIT), "city": "York"}
    copied.fault(action="status", status=422, code="validation_failed", match={"method": "PATCH"})
    assert staff.post(EDIT, form).status == 422
    leave(page_as("manager"), copied, app, EDIT, phone="01632 960001")
    answer = staff.post(EDIT, {**form, "city": "Hull"})
    assert (answer.status, answer.form(EDIT)["city"]) == (409, "Hull")
    assert "Something else goes first" in answer.text
    assert copied.ledger() == []


def test_what_was_put_back_since_is_offered_as_well(staff: Page, copied: Sandbox) -> None:
    form = staff.get(EDIT).form(EDIT)
    assert staff.post(EDIT, {**form, "city": "York"}).status == 303
    answer = staff.post(EDIT, form)
    assert "Saved before, changed since" in answer.text
    assert answer.form(EDIT)["city"] == form["city"] != "York"
