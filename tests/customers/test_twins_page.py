"""/customers/twins and /customers/<id>/carry: who a new customer may already be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW, TWINS, CARRY = "/customers/new", "/customers/twins", "/customers/1001/carry"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.mark.parametrize(
    ("typed", "who", "reason"),
    [
        ({"phone": "+44 7700 900926"}, "Daisy Thomas", "same mobile"),
        ({"phone": "(0191) 498 0775"}, "Anjali O'Shea", "same phone"),
        ({"email": "PETER.PRICE@example.org"}, "Peter Price", "same e-mail"),
        ({"name": "jurgen  HILL", "postcode": "rg49ag"}, "Jürgen Hill", "same name and postcode"),
        ({"name": "Mia Shaw"}, "Mia Shaw", "same name"),
    ],
)
def test_names_a_likely_twin_and_why(
    staff: Page, typed: dict[str, str], who: str, reason: str
) -> None:
    answer = staff.post(TWINS, typed, htmx=True)
    assert answer.status == 200
    assert answer.reader.tags[0][1]["id"] == "twins"
    assert f"{who} {reason}" in answer.text


def test_nobody_is_like_a_stranger(staff: Page) -> None:
    answer = staff.post(TWINS, {"name": "Nobody Known", "phone": "07"}, htmx=True)
    assert answer.text == ""
    assert answer.has("aside", id="twins")


def test_without_htmx_it_is_the_new_page_with_what_was_typed(staff: Page) -> None:
    answer = staff.post(TWINS, {"name": "Mia Shaw", "city": "Leith"})
    assert answer.status == 200
    assert answer.form(NEW)["city"] == "Leith"
    assert "Mia Shaw same name" in answer.text


def test_the_refused_form_shows_twins_beside_it(staff: Page) -> None:
    answer = staff.post(NEW, {"name": "", "email": "mia.shaw@post.example"})
    assert answer.status == 422
    assert "Mia Shaw same e-mail" in answer.text
    assert answer.has("button", form="customer-form", formaction="/customers/1008/carry")


def test_what_was_typed_is_carried_into_the_twins_record(staff: Page, copied: Sandbox) -> None:
    form = staff.get(NEW).form(NEW)
    typed = {**form, "name": "Daisy Thomas-Hill", "city": "Swansea", "phone": ""}
    answer = staff.post(CARRY, typed)
    assert answer.status == 200
    offered = answer.form("/customers/1001/edit")
    assert (offered["name"], offered["city"]) == ("Daisy Thomas-Hill", "Swansea")
    assert (offered["phone"], offered["postcode"]) == ("07700-900-926", "CF10 3FW")
    assert offered["intent"] != form["intent"]
    assert copied.ledger() == []
    assert staff.post("/customers/1001/edit", offered).status == 303
    now = copied.get_customer(1001)
    assert now
    assert (now["name"], now["city"]) == ("Daisy Thomas-Hill", "Swansea")
    assert len(copied.customers()) == 12


def test_carrying_something_wrong_shows_what_is_wrong_when_saved(staff: Page) -> None:
    offered = staff.post(CARRY, {"email": "not an address"}).form("/customers/1001/edit")
    assert offered["email"] == "not an address"
    assert staff.post("/customers/1001/edit", offered).status == 422


def test_carrying_to_nobody(staff: Page) -> None:
    assert staff.post("/customers/9999/carry", {"name": "Jane"}).status == 404


def test_both_take_forms_only(staff: Page) -> None:
    assert staff.get(TWINS).status == 405
    assert staff.get(CARRY).status == 405


def test_a_viewer_may_not(page_as: Callable[[str], Page], copied: Sandbox) -> None:
    viewer = page_as("viewer")
    assert viewer.post(TWINS, {"name": "Mia Shaw"}, htmx=True).status == 403
    assert viewer.post(CARRY, {"name": "Mia Shaw"}).status == 403
