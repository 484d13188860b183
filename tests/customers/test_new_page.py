"""/customers/new: adding a customer, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import REFUSALS, UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/new"
JANE = {"name": "Jane Customer", "email": "jane@example.com", "phone": "07700 900123",
        "address1": "1 High Street", "city": "Leeds", "postcode": "ls1 1aa"}  # fmt: skip


@pytest.fixture
def staff(page_as: Callable[[str], Page]) -> Page:
    return page_as("staff")


def fill(page: Page, **typed: str) -> dict[str, str]:
    """Open the form and type Jane's details, but for those given."""
    return {**page.get(URL).form(URL), **JANE, **typed}


def typed_in(answer: Answer) -> dict[str, str]:
    form = answer.form(URL)
    return {name: form[name] for name in JANE}


def test_the_form_is_empty_and_each_has_an_intent_of_its_own(staff: Page) -> None:
    first, second = staff.get(URL).form(URL), staff.get(URL).form(URL)
    assert all(first[name] == "" for name in JANE)
    assert len(first["intent"]) == 32
    assert first["intent"] != second["intent"]


def test_the_part_is_in_the_page(staff: Page) -> None:
    part = staff.get(URL, htmx=True)
    assert part.reader.tags[0] == ("form", part.reader.tags[0][1])
    assert part.has("form", id="customer-form")
    assert staff.get(URL).has("form", id="customer-form")


@pytest.mark.parametrize(
    ("query", "field"),
    [("jane@example.com", "email"), ("07700 900 123", "phone"), ("Zoë O'Neill", "name")],
)
def test_a_search_in_vain_fills_the_field_it_looks_like(
    staff: Page, query: str, field: str
) -> None:
    form = staff.get(f"{URL}?q={query}").form(URL)
    assert [name for name in JANE if form[name]] == [field]
    assert form[field] == query


def test_saving_makes_one_customer_and_shows_it(staff: Page, sandbox: Sandbox) -> None:
    answer = staff.post(URL, fill(staff))
    assert (answer.status, answer.location) == (303, "/customers/1001")
    made = sandbox.get_customer(1001)
    assert made
    assert {name: made[name] for name in JANE} == {**JANE, "postcode": "LS1 1AA"}
    shown = staff.get(answer.location)
    assert "Added: Jane Customer" in shown.text
    assert "1 High Street" in shown.text


def test_saving_through_htmx_moves_the_browser(staff: Page, sandbox: Sandbox) -> None:
    answer = staff.post(URL, fill(staff, name="Zoë 🙂 שלום"), htmx=True)
    assert (answer.status, answer.location, answer.html) == (204, "/customers/1001", "")
    assert len(sandbox.ledger()) == 1


def test_only_what_was_typed_is_sent(staff: Page, sandbox: Sandbox) -> None:
    nothing = dict.fromkeys(JANE, "  ")
    staff.post(URL, fill(staff, **{**nothing, "name": " Cher "}))
    made = sandbox.get_customer(1001)
    assert made
    assert made["name"] == "Cher"
    assert made["email"] is None


def test_save_and_add_another_opens_an_empty_form(staff: Page, sandbox: Sandbox) -> None:
    answer = staff.post(URL, fill(staff, another="1"))
    assert (answer.status, answer.location) == (303, URL)
    following = staff.get(URL)
    assert "Added: Jane Customer" in following.text
    assert following.form(URL)["name"] == ""


def test_sending_the_same_form_twice_makes_one_customer(staff: Page, sandbox: Sandbox) -> None:
    form = fill(staff)
    first, second = staff.post(URL, form), staff.post(URL, form)
    assert first.location == second.location == "/customers/1001"
    assert len(sandbox.ledger()) == 1
    assert len(sandbox.requests()) == 1


def test_back_change_and_save_is_offered_as_an_edit(staff: Page, sandbox: Sandbox) -> None:
    form = fill(staff)
    staff.post(URL, form)
    answer = staff.post(URL, {**form, "city": "York", "email": ""})
    assert answer.status == 200
    assert "is not saved yet" in answer.text
    offered = answer.form("/customers/1001/edit")
    assert (offered["city"], offered["email"]) == ("York", "")
    assert offered["intent"] != form["intent"]
    assert len(sandbox.ledger()) == 1
    saved = staff.post("/customers/1001/edit", offered)
    assert saved.status == 303
    now = sandbox.customers()[0]
    assert (now["city"], now["email"], now["name"]) == ("York", None, "Jane Customer")
    assert len(sandbox.customers()) == 1


def test_an_intent_that_is_not_one_of_ours_sends_nothing(staff: Page, sandbox: Sandbox) -> None:
    for intent in ("", "x", "A" * 32, "\x00" * 32, "0" * 31 + "g"):
        answer = staff.post(URL, fill(staff, intent=intent))
        assert answer.status == 409
        assert typed_in(answer)["name"] == "Jane Customer"
        assert len(answer.form(URL)["intent"]) == 32
    assert sandbox.requests() == []


def test_somebody_elses_intent_sends_nothing(
    staff: Page, page_as: Callable[[str], Page], sandbox: Sandbox
) -> None:
    form = fill(staff)
    staff.post(URL, form)
    other = page_as("manager")
    answer = other.post(URL, {**form, "csrf_token": other.csrf_token()})
    assert answer.status == 409
    assert answer.form(URL)["intent"] != form["intent"]
    assert len(sandbox.ledger()) == 1


def test_what_neropay_says_of_a_field_is_shown_at_it(staff: Page, sandbox: Sandbox) -> None:
    said = {"phone": ["The phone is already in use."], "loyalty": ["Unheard of."]}
    sandbox.fault(action="status", status=422, code="validation_failed", details=said,
                  message="The phone is <b>taken</b>.")  # fmt: skip
    form = fill(staff)
    answer = staff.post(URL, form)
    assert answer.status == 422
    assert typed_in(answer) == {**JANE, "postcode": "LS1 1AA"}
    assert answer.has("input", id="phone", aria_invalid="true", aria_describedby="phone-error")
    assert "Phone : The phone is already in use. Unheard of." in answer.text
    assert "<b>taken" not in answer.html
    assert answer.form(URL)["intent"] != form["intent"]


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_keeps_what_was_typed(staff: Page, sandbox: Sandbox, name: str) -> None:
    fault, status, words = REFUSALS[name]
    sandbox.fault(**fault)
    form = fill(staff)
    for htmx in (False, True):
        answer = staff.post(URL, form, htmx=htmx)
        assert answer.status == status
        assert typed_in(answer) == {**JANE, "postcode": "LS1 1AA"}
        assert answer.has("div", role="alert", data_error_code=fault["code"])
        assert words in answer.text
        assert answer.form(URL)["intent"] != form["intent"]
        form = {**form, **answer.form(URL)}
    assert sandbox.ledger() == []
    sandbox.clear_faults()
    assert staff.post(URL, form).location == "/customers/1001"


def test_a_refused_form_sent_unchanged_is_the_same_refusal(staff: Page, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=403, code="not_enabled")
    form = fill(staff)
    assert staff.post(URL, form).status == staff.post(URL, form).status == 409
    assert len(sandbox.requests()) == 1


def test_a_refused_form_sent_changed_under_its_old_id_is_a_new_attempt(
    staff: Page, sandbox: Sandbox
) -> None:
    sandbox.fault(action="status", status=403, code="not_enabled")
    form = fill(staff)
    staff.post(URL, form)
    changed = {**form, "city": "York"}
    assert staff.post(URL, changed).location == staff.post(URL, changed).location
    assert [effect["record_id"] for effect in sandbox.ledger()] == [1001]


@pytest.mark.parametrize("name", UNCLEAR)
def test_without_a_clear_answer_it_is_sent_once_and_followed_up(
    staff: Page, sandbox: Sandbox, app: Flask, name: str
) -> None:
    sandbox.fault(**UNCLEAR[name])
    form = fill(staff)
    answer = staff.post(URL, form)
    assert (answer.status, answer.location) == (303, f"/writes/{form['intent']}")
    assert staff.get(answer.location).has("section", id="write", data_state="unknown")
    assert staff.post(URL, form, htmx=True).location == answer.location
    keys = {request["key"] for request in sandbox.requests()}
    assert keys == {form["intent"]}


def test_a_correction_of_an_unknown_one_settles_that_first(staff: Page, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=500, effect=True, times=0)
    form = fill(staff)
    staff.post(URL, form)
    sandbox.clear_faults()
    answer = staff.post(URL, {**form, "city": "York"})
    assert (answer.status, answer.location) == (303, "/customers/1001")
    assert [effect["method"] for effect in sandbox.ledger()] == ["POST", "PATCH"]
    assert sandbox.customers()[0]["city"] == "York"


def test_a_correction_that_is_refused_goes_on_as_an_edit(staff: Page, sandbox: Sandbox) -> None:
    sandbox.fault(action="status", status=500, effect=True, times=0)
    form = fill(staff)
    staff.post(URL, form)
    sandbox.clear_faults()
    sandbox.fault(action="status", status=422, code="validation_failed",
                  details={"city": ["No such town."]}, match={"method": "PATCH"})  # fmt: skip
    answer = staff.post(URL, {**form, "city": "Yorck"})
    assert answer.status == 422
    assert "No such town." in answer.text
    corrected = {**answer.form("/customers/1001/edit"), "city": "York"}
    assert staff.post("/customers/1001/edit", corrected).status == 303
    assert [customer["city"] for customer in sandbox.customers()] == ["York"]


def test_a_correction_of_one_that_stays_unknown_is_kept(staff: Page, sandbox: Sandbox) -> None:
    sandbox.fault(**UNCLEAR["server_error"])
    form = fill(staff)
    staff.post(URL, form)
    answer = staff.post(URL, {**form, "city": "York"})
    assert answer.status == 409
    assert answer.has("div", role="alert", data_error_code="outcome_unknown")
    assert answer.form(URL)["city"] == "York"
    assert answer.form(URL)["intent"] == form["intent"]


def test_neropay_out_of_reach_means_that_nothing_was_sent(staff: Page, no_neropay: None) -> None:
    answer = staff.post(URL, fill(staff))
    assert answer.status == 503
    assert "Nothing was sent, so nothing was changed." in answer.text
    assert typed_in(answer)["phone"] == JANE["phone"]
