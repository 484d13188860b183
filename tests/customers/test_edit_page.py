"""/customers/<id>/edit: correcting a customer, as a page and in the list's row."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/edit"
ROW = {"HX_Target": "tr#customer-1001"}
PATCH = {"match": {"method": "PATCH"}}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def fill(page: Page, **typed: str) -> dict[str, str]:
    """Open the form and type over what is given."""
    return {**page.get(URL).form(URL), **typed}


def test_shows_the_record_and_remembers_what_it_showed(staff: Page) -> None:
    form = staff.get(URL).form(URL)
    assert (form["name"], form["phone"]) == ("Daisy Thomas", "07700-900-926")
    assert json.loads(form["seen"])["phone"] == "07700-900-926"
    assert len(form["intent"]) == 32


def test_the_part_is_a_form_and_in_the_list_a_row(staff: Page) -> None:
    assert staff.get(URL, htmx=True).has("form", id="customer-form")
    row = staff.get(URL, htmx=True, **ROW)
    assert row.reader.tags[0] == ("tr", {"id": "customer-1001", "class": "is-editing"})
    assert row.form(URL)["name"] == "Daisy Thomas"


def test_cancel_in_the_row_gives_the_row_back(staff: Page) -> None:
    for url in ("/customers/1001/leave", "/customers/1001"):
        row = staff.get(url, htmx=True, **ROW)
        assert row.reader.tags[0] == ("tr", {"id": "customer-1001"})
    assert staff.get("/customers/1001/leave").location == "/customers/1001"


def test_saving_sends_what_was_changed_and_no_more(staff: Page, copied: Sandbox) -> None:
    answer = staff.post(URL, fill(staff, address1="1 New Street", email=""))
    assert (answer.status, answer.location) == (303, "/customers/1001")
    shown = staff.get(answer.location)
    assert "Saved: Daisy Thomas" in shown.text
    assert "Staff Person changed this customer" in shown.text
    assert "102 Mill Lane 1 New Street" in shown.text
    now = copied.get_customer(1001)
    assert now
    assert (now["address1"], now["email"], now["city"]) == ("1 New Street", None, "Cardiff")
    assert [effect["method"] for effect in copied.ledger()] == ["PATCH"]


def test_saving_in_the_row_gives_the_marked_row_and_a_toast(staff: Page) -> None:
    answer = staff.post(URL, fill(staff, name="Zoë 🙂"), htmx=True, **ROW)
    assert answer.status == 200
    assert answer.reader.tags[0] == ("tr", {"id": "customer-1001", "class": "is-marked"})
    assert "Saved: Zoë 🙂" in answer.text


def test_in_the_row_what_was_looked_for_stays_marked(staff: Page) -> None:
    listed = {**ROW, "Referer": "http://localhost/customers?sort=town&q=DAISY+%ff"}
    for url in ("/customers/1001/leave", "/customers/1001"):
        assert "<mark>Daisy</mark> Thomas" in staff.get(url, htmx=True, **listed).html
    form = fill(staff, city="Old Daisyfield")
    assert "Old <mark>Daisy</mark>field" in staff.post(URL, form, htmx=True, **listed).html
    assert "<mark>" not in staff.get("/customers/1001", htmx=True, **ROW).html


def test_saving_leads_back_to_the_list_it_came_from(staff: Page) -> None:
    form = fill(staff, city="Swansea", back="/customers?q=daisy&sort=name")
    assert staff.post(URL, form).location == "/customers?q=daisy&sort=name#customer-1001"


@pytest.mark.parametrize("back", ["//evil.example", "/\\evil.example", "/nowhere", "javascript:x"])
def test_it_never_leads_elsewhere(staff: Page, back: str) -> None:
    assert staff.post(URL, fill(staff, city=back[:9], back=back)).location == "/customers/1001"


def test_without_a_change_nothing_is_sent(staff: Page, copied: Sandbox) -> None:
    saved = staff.post(URL, fill(staff))
    assert "Nothing was different" in staff.get(saved.location).text
    assert "Nothing was different" in staff.post(URL, fill(staff), htmx=True, **ROW).text
    assert copied.requests() == []


def test_what_somebody_else_has_changed_alike_is_not_called_no_change(
    staff: Page, copied: Sandbox
) -> None:
    form = fill(staff, city="Swansea")
    copied.set_customer(1001, city="Swansea")
    told = staff.get(staff.post(URL, form).location).text
    assert "NeroPay has it like this already, so nothing was sent." in told
    assert "Nothing was different" not in told
    form = fill(staff, city="Newport")
    copied.set_customer(1001, city="Newport")
    staff.get("/customers/1001/refresh")
    copied.switch(get_by_id=False)
    told = staff.get(staff.post(URL, form).location).text
    assert re.search(r"Our copy of \d\d:\d\d has it like this already", told)


def test_sending_the_same_form_twice_changes_once(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    assert staff.post(URL, form).location == staff.post(URL, form).location
    assert len(copied.ledger()) == 1


def test_back_change_and_save_is_offered_as_another_edit(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    staff.post(URL, form)
    copied.set_customer(1001, phone="07700 900000")
    staff.get("/customers/1001/refresh")
    answer = staff.post(URL, {**form, "city": "Barry"})
    assert answer.status == 200
    assert "is not saved yet" in answer.text
    assert answer.form(URL)["city"] == "Barry"
    assert staff.post(URL, answer.form(URL)).status == 303
    assert [effect["method"] for effect in copied.ledger()] == ["PATCH", "PATCH"]
    now = copied.customers()[0]
    assert (now["city"], now["phone"]) == ("Barry", "07700 900000")


def test_what_neropay_keeps_otherwise_is_told(staff: Page, copied: Sandbox) -> None:
    copied.fault(action="hostile", set={"city": "S"}, **PATCH)
    saved = staff.post(URL, fill(staff, city="Swansea"))
    assert "otherwise than it was typed: Town or city." in staff.get(saved.location).text
    copied.fault(action="hostile", set={"address1": "1 HIGH"}, **PATCH)
    row = staff.post(URL, fill(staff, address1="1 High"), htmx=True, **ROW)
    assert "otherwise than it was typed: Address." in row.text


def test_what_somebody_else_changed_in_other_fields_stays(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    copied.set_customer(1001, phone="07700 900000")
    assert staff.post(URL, form).status == 303
    now = copied.get_customer(1001)
    assert now
    assert (now["city"], now["phone"]) == ("Swansea", "07700 900000")


def test_an_intent_that_is_not_one_of_ours_sends_nothing(staff: Page, copied: Sandbox) -> None:
    for intent in ("", "x", "\x00" * 32, "é" * 32):
        answer = staff.post(URL, fill(staff, intent=intent, city="Swansea"))
        assert answer.status == 409, intent
        assert answer.form(URL)["city"] == "Swansea"
        assert len(answer.form(URL)["intent"]) == 32
    assert copied.ledger() == []


def test_nobody_of_that_id(staff: Page, copied: Sandbox) -> None:
    assert staff.get("/customers/9999/edit").status == 404
    assert staff.post("/customers/9999/edit", {"name": "Jane"}).status == 404
    assert [request["path"] for request in copied.requests()] == ["/v2/customers/9999"] * 2


@pytest.mark.parametrize(
    "seen", ["", "x", "[]", '{"name": 1}', '{"name": "\\ud800"}', "[" * 9000, '{"city": "\\u0000"}']
)
def test_a_note_of_what_was_seen_that_did_not_arrive_whole(
    staff: Page, copied: Sandbox, seen: str
) -> None:
    answer = staff.post(URL, fill(staff, seen=seen, city="Swansea"))
    assert answer.status == 409
    form = answer.form("/customers/1001/resolve")
    assert form["city"] == "Swansea"
    assert answer.has("input", name="keep_city", value="theirs")
    assert not answer.has("input", name="keep_phone"), "it holds what NeroPay has"
    assert copied.ledger() == []
    assert staff.post("/customers/1001/resolve", {**form, "keep_city": "mine"}).status == 303
