"""A waiting write that has left while its form was open: what was typed in it is not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.writes.leaving import drain, leave
from webapp.writes.waiting import list_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT, NEW = "/customers/1001/edit", "/customers/new"
METHOD = {EDIT: "PATCH", NEW: "POST"}
both = pytest.mark.parametrize("url", [EDIT, NEW])


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def opened(app: Flask, staff: Page, copied: Sandbox) -> Callable[[str], tuple[str, dict[str, str]]]:
    """Leaves a write, and opens its form."""

    def open_form(url: str) -> tuple[str, dict[str, str]]:
        held_id = leave(staff, copied, app, url, name="Mary Smith", city="York")
        place = f"/customers/waiting/{held_id}"
        return place, staff.get(place).form(place)

    return open_form


Opened: TypeAlias = "Callable[[str], tuple[str, dict[str, str]]]"


@both
@pytest.mark.parametrize("htmx", [False, True])
def test_what_was_sent_is_offered_as_an_edit(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened, url: str, *, htmx: bool
) -> None:
    place, form = opened(url)
    assert drain(app) == 1
    answer = staff.post(place, {**form, "city": "Hull"}, htmx=htmx)
    edit = EDIT if url == EDIT else "/customers/1013/edit"
    assert "Saved before, changed since" in answer.text
    again = answer.form(edit)
    assert (again["name"], again["city"]) == ("Mary Smith", "Hull")
    assert staff.post(edit, again).status == 303
    assert [effect["method"] for effect in copied.ledger()] == [METHOD[url], "PATCH"]
    found = copied.get_customer(int(edit.split("/")[2]))
    assert found is not None
    assert found["city"] == "Hull"


@both
def test_what_was_sent_just_so_leads_to_what_became_of_it(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened, url: str
) -> None:
    place, form = opened(url)
    assert drain(app) == 1
    assert staff.post(place, form).location == place.replace("/customers/waiting", "/writes")


def test_what_is_put_back_in_it_is_offered_too(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened
) -> None:
    before = staff.get(EDIT).form(EDIT)["city"]
    place, form = opened(EDIT)
    assert drain(app) == 1
    assert staff.post(place, {**form, "city": before}).form(EDIT)["city"] == before != "York"


@both
def test_what_was_thrown_away_can_be_saved_again(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened, url: str
) -> None:
    place, form = opened(url)
    staff.post(f"{place.replace('/customers/waiting', '/writes')}/cancel")
    answer = staff.post(place, {**form, "city": "Hull"})
    assert answer.status == 409
    assert "Thrown away meanwhile" in answer.text
    again = answer.form(url)
    assert (again["name"], again["city"]) == ("Mary Smith", "Hull")
    assert again["intent"] != form["intent"]
    assert staff.post(url, again).status == 303
    assert [effect["method"] for effect in copied.ledger()] == [METHOD[url]]


@both
def test_what_neropay_refused_says_why_and_is_a_new_attempt(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened, url: str
) -> None:
    place, form = opened(url)
    copied.fault(action="status", status=422, code="validation_failed",
                 details={"city": ["No such town."]}, match={"method": METHOD[url]})  # fmt: skip
    assert drain(app) == 1
    answer = staff.post(place, {**form, "city": "Hull"})
    assert answer.status == 422
    assert "No such town." in answer.text
    assert answer.form(url)["city"] == "Hull"
    assert staff.post(url, answer.form(url)).status == 303


@both
def test_of_what_has_no_answer_yet_the_text_is_kept(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened, url: str
) -> None:
    place, form = opened(url)
    copied.fault(action="reset", when="before", times=0, match={"method": METHOD[url]})
    drain(app)
    answer = staff.post(place, {**form, "city": "Hull"})
    assert (answer.status, answer.form(url)["city"]) == (409, "Hull")
    assert "we are checking" in answer.text


@both
def test_holding_a_form_that_was_sent_before_tells_what_became_of_it(
    app: Flask, staff: Page, copied: Sandbox, url: str
) -> None:
    form = {**staff.get(url).form(url), "name": "Mary Smith", "city": "York"}
    assert staff.post(url, form).status == 303
    copied.fault(action="status", status=503, times=0)
    answer = staff.post(url, {**form, "city": "Hull", "hold": "1"})
    assert "Saved before, changed since" in answer.text
    edit = EDIT if url == EDIT else "/customers/1013/edit"
    assert answer.form(edit)["city"] == "Hull"
    assert staff.post(url, {**form, "hold": "1"}).location == edit.removesuffix("/edit")
    with app.app_context():
        assert list_held() == ()


@both
def test_holding_a_form_that_was_refused_before_is_a_new_attempt(
    app: Flask, staff: Page, copied: Sandbox, url: str
) -> None:
    form = {**staff.get(url).form(url), "name": "Mary Smith", "city": "York"}
    copied.fault(action="status", status=422, code="validation_failed",
                 match={"method": METHOD[url]})  # fmt: skip
    assert staff.post(url, form).status == 422
    again = staff.post(url, {**form, "city": "Hull", "hold": "1"})
    assert (again.status, again.form(url)["city"]) == (422, "Hull")
    assert staff.post(url, {**again.form(url), "hold": "1"}).status == 303
    with app.app_context():
        assert [one.shown["city"] for one in list_held()] == ["Hull"]


@pytest.mark.parametrize("record", ["1002", "9999", "\0", "../1", ""])
def test_a_form_that_names_another_record_changes_nothing(
    app: Flask, staff: Page, copied: Sandbox, opened: Opened, record: str
) -> None:
    place, form = opened(EDIT)
    assert drain(app) == 1
    assert staff.post(place, {**form, "city": "Hull", "record": record}).status == 404
    assert len(copied.ledger()) == 1
