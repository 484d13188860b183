"""/customers/<id>/edit when NeroPay refuses, does not answer, or answers without a clear word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.faults import REFUSALS, SOME_UNCLEAR, UNCLEAR
from webapp.customers.service import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
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


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_keeps_what_was_typed(staff: Page, copied: Sandbox, name: str) -> None:
    fault, status, words = REFUSALS[name]
    copied.fault(**fault, **PATCH)
    form = fill(staff, city="Swansea")
    for headers in ({}, ROW):
        answer = staff.post(URL, form, htmx=bool(headers), **headers)
        assert (answer.status, answer.form(URL)["city"]) == (status, "Swansea")
        assert answer.has("div", role="alert", data_error_code=fault["code"])
        assert words in answer.text
        form = {**form, **answer.form(URL)}
    copied.clear_faults()
    assert staff.post(URL, form).location == "/customers/1001"


def test_what_neropay_says_of_a_field_is_shown_at_it_in_the_row(
    staff: Page, copied: Sandbox
) -> None:
    copied.fault(
        action="status", status=422, code="validation_failed", details={"phone": ["No."]}, **PATCH
    )
    answer = staff.post(URL, fill(staff, phone="0123456"), htmx=True, **ROW)
    assert answer.status == 422
    assert f"Z · validation_failed · {answer.response.headers['X-Request-ID']}" in answer.text
    assert answer.has("input", id="c1001-phone", aria_describedby="c1001-phone-error")
    assert answer.form(URL)["phone"] == "0123456"


def test_a_neropay_that_does_not_change_customers(staff: Page, copied: Sandbox) -> None:
    copied.switch(patch=False)
    answer = staff.post(URL, fill(staff, city="Swansea"))
    assert answer.status == 409
    assert "NeroPay does not allow this" in answer.text
    assert answer.form(URL)["city"] == "Swansea"


@pytest.mark.parametrize("how", [False, 404, 501])
def test_a_neropay_that_does_not_give_single_customers(
    staff: Page, copied: Sandbox, clock: Clock, page_as: Callable[[str], Page], how: object
) -> None:
    copied.switch(get_by_id=how)
    form = fill(staff, city="Swansea")
    saved = staff.post(URL, form)
    assert saved.status == 303
    assert "this was compared with our copy of " in staff.get(saved.location).text
    assert len(copied.ledger()) == 1
    clock.advance(days=1)
    manager = page_as("manager")
    form = {**form, "intent": "1" * 32, "csrf_token": manager.csrf_token()}
    clash = manager.post(URL, {**form, "city": "Barry"})
    assert clash.status == 409
    assert re.search(r"this compares with our copy of \d+ \w+ \d{4}, \d\d:\d\d\.", clash.text)
    assert "In our copy Swansea" in clash.text
    again = manager.post("/customers/1001/resolve", clash.form("/customers/1001/resolve"))
    assert "this compares with our copy of" in again.text


@pytest.mark.parametrize("name", SOME_UNCLEAR)
def test_without_a_clear_answer_the_record_is_read_only(
    staff: Page, copied: Sandbox, name: str
) -> None:
    copied.fault(**UNCLEAR[name], **PATCH)
    form = fill(staff, city="Swansea")
    answer = staff.post(URL, form)
    assert (answer.status, answer.location) == (303, f"/writes/{form['intent']}")
    for opened in (staff.get(URL), staff.get(URL, htmx=True, **ROW)):
        assert opened.has("div", role="alert", data_error_code="outcome_unknown")
        assert not opened.has("button", data_key="submit")
        inputs = [found for tag, found in opened.reader.tags if found.get("name") == "city"]
        assert [("readonly" in found) for found in inputs] == [True]
    assert not staff.get("/customers/1001").has("a", data_key="e")
    assert "Staff Person changed this customer, not confirmed" in (
        staff.get("/customers/1001").text
    )


def test_another_change_waits_for_the_unknown_one(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    other = page_as("manager")
    theirs = fill(other, city="Barry")
    copied.fault(**UNCLEAR["server_error"], **PATCH)
    staff.post(URL, fill(staff, city="Swansea"))
    answer = other.post(URL, theirs)
    assert answer.status == 409
    assert answer.has("div", data_error_code="write_open")
    assert answer.form(URL)["city"] == "Barry"
    assert theirs["intent"] not in {request["key"] for request in copied.requests()}


def test_neropay_out_of_reach_means_that_nothing_was_sent(staff: Page, no_neropay: None) -> None:
    answer = staff.post(URL, fill(staff, city="Swansea"))
    assert answer.status == 503
    assert "Nothing was sent, so nothing was changed." in answer.text
    assert answer.form(URL)["city"] == "Swansea"


def test_a_customer_who_is_gone(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    copied.delete_customer(1001)
    answer = staff.post(URL, form)
    assert answer.status == 409
    assert "No longer at NeroPay" in answer.text
    assert answer.form(URL)["city"] == "Swansea"
    for part in (answer, staff.post(URL, form, htmx=True, **ROW)):
        assert "Save changes" not in part.text, "that can only fail again"
        assert part.has("button", data_key="submit", formaction="/customers/add-again")
    again = staff.post("/customers/add-again", answer.form(URL))
    assert "saving adds a new customer" in again.text
    added = again.form("/customers/new")
    assert (added["city"], added["phone"]) == ("Swansea", "07700-900-926")
    assert staff.post("/customers/new", added).location == "/customers/1013"


def test_a_customer_who_is_gone_from_our_copy_too(staff: Page, copied: Sandbox, app: Flask) -> None:
    form = fill(staff, city="Swansea")
    copied.delete_customer(1001)
    with app.app_context():
        run_sync(reason="test")
    answer = staff.post(URL, form)
    assert "NeroPay has this customer no more" in answer.text
    added = answer.form("/customers/new")
    assert (added["city"], added["intent"] != form["intent"]) == ("Swansea", True)
    row = staff.post(URL, form, htmx=True, **ROW)
    assert (row.status, row.response.headers["HX-Retarget"]) == (404, "#alerts")


def test_a_correction_of_an_unconfirmed_change_is_kept(staff: Page, copied: Sandbox) -> None:
    copied.fault(**UNCLEAR["server_error"], **PATCH)
    form = fill(staff, city="Swansea")
    staff.post(URL, form)
    answer = staff.post(URL, {**form, "city": "Barry"})
    assert answer.status == 409
    assert answer.has("div", role="alert", data_error_code="outcome_unknown")
    assert answer.form(URL)["city"] == "Barry"
    assert not answer.has("button", data_key="submit")
