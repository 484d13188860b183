"""/customers/new knows what is under way: it warns of twins there, and corrects what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import give_up, leave, send_unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW, TWINS = "/customers/new", "/customers/twins"
ZORA = {"name": "Zora Pike", "phone": "07700 900111", "email": "zora@pike.example"}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": "zora pike"}, "same name"),
        ({"phone": "+44 7700 900 111"}, "same mobile"),
        ({"email": "ZORA@pike.example"}, "same e-mail"),
    ],
)
@pytest.mark.parametrize("who", ["staff", "manager"])
def test_what_was_sent_and_is_not_confirmed_is_a_twin_for_everybody(
    page_as: Callable[[str], Page], copied: Sandbox, *, who: str, typed: dict[str, str], reason: str
) -> None:
    place = send_unclear(page_as("staff"), copied, NEW, **ZORA)
    answer = page_as(who).post(TWINS, typed, htmx=True)
    assert f"Zora Pike {reason}" in answer.text
    assert "by Staff Person, not confirmed yet. Don’t enter it again." in answer.text
    assert answer.has("a", href=place)
    assert not answer.has("button")


def test_what_waits_here_is_a_twin_too(
    staff: Page, copied: Sandbox, app: Flask, page_as: Callable[[str], Page]
) -> None:
    held_id = leave(staff, copied, app, NEW, **ZORA)
    answer = page_as("manager").post(TWINS, {"name": "Zora Pike"}, htmx=True)
    assert "left here by Staff Person. It waits for NeroPay." in answer.text
    assert answer.has("a", href=f"/writes/{held_id}")


def test_what_was_given_up_is_a_twin_until_it_is_decided(staff: Page, copied: Sandbox) -> None:
    place = send_unclear(staff, copied, NEW, **ZORA)
    give_up(staff, place)
    answer = staff.post(TWINS, {"name": "Zora Pike"}, htmx=True)
    assert "Nobody knows yet whether NeroPay has it." in answer.text
    assert staff.post(f"{place}/looked-up").status == 303
    assert "Zora" not in staff.post(TWINS, {"name": "Zora Pike"}, htmx=True).text


def test_a_stranger_is_no_twin_and_neither_is_a_change(staff: Page, copied: Sandbox) -> None:
    send_unclear(staff, copied, NEW, **ZORA)
    send_unclear(staff, copied, "/customers/1001/edit", name="Nora Pike")
    for typed in ({"name": "Nora Pike"}, {"name": "Zo", "phone": "07"}, {}):
        assert staff.post(TWINS, typed, htmx=True).text == ""


def test_the_form_that_was_sent_is_not_its_own_twin(staff: Page, copied: Sandbox) -> None:
    place = send_unclear(staff, copied, NEW, **ZORA)
    typed = {**ZORA, "intent": place.removeprefix("/writes/")}
    assert staff.post(TWINS, typed, htmx=True).text == ""


def test_an_empty_form_says_what_is_on_its_way_without_scripts(
    staff: Page, copied: Sandbox
) -> None:
    send_unclear(staff, copied, NEW, **ZORA)
    assert "Zora Pike was sent, not confirmed yet. Don’t enter it again" in staff.get(NEW).text


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_is_not_confirmed_can_be_corrected_and_is_made_once(
    staff: Page, copied: Sandbox, when: str, page_as: Callable[[str], Page]
) -> None:
    place = send_unclear(staff, copied, NEW, when=when, **ZORA)
    intent_id = place.removeprefix("/writes/")
    again = f"{NEW}?again={intent_id}"
    assert not page_as("manager").get(place).has("a", href=again)
    assert page_as("manager").get(again).form(NEW)["intent"] != intent_id
    assert staff.get(place).has("a", href=again)
    shown = staff.get(again)
    assert shown.status == 200
    assert "not made twice" in shown.text
    form = shown.form(NEW)
    assert (form["intent"], form["phone"]) == (intent_id, "07700 900111")
    saved = staff.post(NEW, {**form, "phone": "07700 900112"})
    assert saved.location.startswith("/customers/")
    (made,) = (row for row in copied.customers() if row["name"] == "Zora Pike")
    assert made["phone"] == "07700 900112"


def test_what_is_settled_is_not_corrected_as_if_it_were_open(staff: Page, copied: Sandbox) -> None:
    place = send_unclear(staff, copied, NEW, **ZORA)
    assert staff.post(f"{place}/settle").location == place
    again = f"{NEW}?again={place.removeprefix('/writes/')}"
    assert not staff.get(place).has("a", href=again)
    assert staff.get(again).form(NEW)["intent"] != place.removeprefix("/writes/")
