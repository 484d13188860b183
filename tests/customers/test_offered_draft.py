"""A draft that is offered and not taken up stays, whatever becomes of the form under the offer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.customers.test_drafts import EDIT, NEW, OFFER, again, typed
from webapp.customers.draft_table import drafts
from webapp.customers.service import purge_drafts
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

OTHER = {"name": "Other Person", "city": "Bath"}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def form_of(answer: Answer) -> dict[str, str]:
    """Give the customer's fields; the form that discards begins with the same address."""
    forms = [form["fields"] for form in answer.reader.forms]
    [fields] = [fields for fields in forms if isinstance(fields, dict) and "seen" in fields]
    return fields


def is_first(page: Page, url: str) -> bool:
    return again(page, url).form(url)["name"] == "First Draft"


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_what_is_typed_under_it_is_not_kept_in_its_place(staff: Page, url: str) -> None:
    typed(staff, url, name="First Draft")
    place = "/draft" if url == NEW else "/1001/draft"
    assert f'{place}"' not in staff.get(url).html.replace("/draft/discard", "")
    assert f'{place}"' in staff.get(f"{url}?draft=1").html
    assert is_first(staff, url)


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_it_stays_when_something_else_is_saved(staff: Page, url: str) -> None:
    typed(staff, url, name="First Draft")
    wrong = staff.post(url, {**form_of(staff.get(url)), "email": "no address"})
    assert wrong.status == 422
    assert staff.post(url, {**form_of(wrong), **OTHER, "email": ""}).status == 303
    assert is_first(staff, url)


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_it_stays_when_something_else_waits(staff: Page, copied: Sandbox, url: str) -> None:
    typed(staff, url, name="First Draft")
    copied.fault(action="status", status=503, times=0)
    fields = {**form_of(staff.get(url)), **OTHER, "hold": "1"}
    assert staff.post(url, fields).status == 303
    copied.clear_faults()
    assert is_first(staff, url)


def test_it_stays_when_the_form_is_left(staff: Page) -> None:
    typed(staff, EDIT, name="First Draft")
    assert staff.get(EDIT).has("a", href="/customers/1001/leave?offered=1")
    staff.get("/customers/1001/leave?offered=1")
    assert is_first(staff, EDIT)
    assert staff.get(f"{EDIT}?draft=1").has("a", href="/customers/1001/leave")


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_gone_on_with_it_goes_with_the_save(staff: Page, url: str) -> None:
    typed(staff, url, name="First Draft")
    assert staff.post(url, again(staff, url).form(url)).status == 303
    assert OFFER not in staff.get(url).text


@pytest.mark.parametrize(
    ("url", "is_marked"),
    [
        (NEW, False),
        (f"{NEW}?q=Somebody", False),
        (EDIT, False),
        (f"{NEW}?draft=1", True),
        (f"{EDIT}?draft=1", True),
    ],
)
def test_a_form_says_that_it_holds_what_was_typed(
    staff: Page, url: str, *, is_marked: bool
) -> None:
    typed(staff, url.partition("?")[0], name="First Draft")
    assert ("data-typed" in staff.get(url).html) == is_marked


def test_what_waits_is_not_unsaved_in_its_own_form(staff: Page, copied: Sandbox) -> None:
    copied.fault(action="status", status=503, times=0)
    staff.post(EDIT, {**staff.get(EDIT).form(EDIT), "city": "Bath", "hold": "1"})
    [place] = set(re.findall(r"/customers/waiting/[^\"?]+", staff.get("/writes").html))
    answer = staff.get(place)
    assert "Not sent yet" in answer.text
    assert "data-typed" not in answer.html


def test_it_keeps_the_time_when_it_was_typed(staff: Page, clock: Clock) -> None:
    typed(staff, NEW, name="First Draft")
    said = re.search(r"You typed .* and did not save it", staff.get(NEW).text)
    assert said
    clock.advance(seconds=20)
    assert staff.post(NEW, {**form_of(staff.get(NEW)), **OTHER}).status == 303
    assert said[0] in staff.get(NEW).text


def test_being_spared_makes_it_no_younger(app: Flask, staff: Page, clock: Clock) -> None:
    typed(staff, NEW, name="First Draft")
    clock.advance(minutes=29)
    staff.post(NEW, {**form_of(staff.get(NEW)), **OTHER})
    clock.advance(days=7, minutes=-29)
    with app.app_context(), db.read() as connection:
        purge_drafts(clock())
        assert connection.execute(select(drafts.c.saved_at)).all() == []
