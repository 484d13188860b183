"""/customers/new without JavaScript: who it may already be is shown once, before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/new"
DAISY = {"name": "Fuzz Person", "phone": "+44 7700 900926"}
ASKED = "Is it the same person?"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def send(page: Page, form: dict[str, str] | None = None, /, **typed: str) -> Answer:
    return page.post(URL, {**(form or page.get(URL).form(URL)), **typed})


@pytest.mark.parametrize(
    ("typed", "reason"),
    [(DAISY, "same mobile"), ({"name": "P", "email": "PETER.PRICE@example.org"}, "same e-mail")],
)
def test_the_same_phone_or_e_mail_is_asked_about_once(
    staff: Page, copied: Sandbox, typed: dict[str, str], reason: str
) -> None:
    form = staff.get(URL).form(URL)
    asked = send(staff, form, **typed)
    assert asked.status == 422
    assert ASKED in asked.text
    assert reason in asked.text
    assert "Save all the same" in asked.text
    again = asked.form(URL)
    assert {name: again[name] for name in typed} == typed
    assert again["intent"] == form["intent"]
    assert copied.requests() == []
    for _ in range(2):  # a double click makes one
        assert send(staff, again).location == "/customers/1013"
    assert len(copied.ledger()) == 1


def test_another_one_is_asked_about_again(staff: Page, copied: Sandbox) -> None:
    again = send(staff, **DAISY).form(URL)
    assert ASKED in send(staff, again, phone="(0191) 498 0775").text
    assert copied.requests() == []


def test_what_was_shown_for_another_reason_is_not_asked_about(staff: Page) -> None:
    refused = send(staff, **{**DAISY, "name": ""})
    assert ASKED not in refused.text
    assert send(staff, refused.form(URL), name="Fuzz Person").status == 303
    filled = staff.get(f"{URL}?q=07700900926")
    assert send(staff, filled.form(URL), name="Fuzz Person").status == 303


def test_the_same_name_alone_is_not_asked_about(staff: Page) -> None:
    assert send(staff, name="Mia Shaw").status == 303


def test_who_sends_through_htmx_has_seen_them_while_typing(staff: Page) -> None:
    form = {**staff.get(URL).form(URL), **DAISY}
    assert staff.post(URL, form, htmx=True).location == "/customers/1013"


def test_a_script_is_asked_nothing(staff: Page) -> None:
    form = staff.get(URL).form(URL)
    del form["shown"]
    assert send(staff, form, **DAISY).status == 303


def test_the_same_form_again_is_the_same_customer_and_no_twin_of_itself(
    staff: Page, copied: Sandbox
) -> None:
    form = {**staff.get(URL).form(URL), "name": "New", "email": "new@example.com"}
    assert send(staff, form).location == send(staff, form).location
    assert "is not saved yet" in send(staff, form, city="York").text
    assert len(copied.ledger()) == 1


def test_one_that_is_under_way_is_asked_about(staff: Page, copied: Sandbox) -> None:
    copied.fault(action="reset", when="after", times=0, match={"method": "POST"})
    typed = {"name": "New", "email": "new@example.com"}
    assert send(staff, **typed).location.startswith("/writes/")
    asked = send(staff, **typed)
    assert asked.status == 422
    assert "Already entered?" in asked.text


def test_what_waits_is_asked_about_before_it_is_left_here(staff: Page, copied: Sandbox) -> None:
    copied.stop()
    again = send(staff, **DAISY).form(URL)
    refused = send(staff, again)
    assert refused.status == 503
    for _ in range(2):
        assert send(staff, refused.form(URL), hold="1").location == "/writes"
    copied.start()
