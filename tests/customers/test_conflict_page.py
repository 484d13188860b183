"""Both changed the same field: a person chooses, and nothing is overwritten unseen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/edit"
RESOLVE = "/customers/1001/resolve"
ROW = {"HX_Target": "tr#customer-1001"}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def fill(page: Page, **typed: str) -> dict[str, str]:
    """Open the form and type over what is given."""
    return {**page.get(URL).form(URL), **typed}


@pytest.fixture
def clash(staff: Page, copied: Sandbox) -> Answer:
    """The page after both changed the town, staff the address, and the other the phone."""
    form = fill(staff, city="Swansea", address1="1 New Street", back="/customers?q=daisy")
    copied.set_customer(1001, city="Newport", phone="07700 900000")
    return staff.post(URL, form)


def stored(copied: Sandbox, *names: str) -> tuple[object, ...]:
    customer = copied.get_customer(1001)
    assert customer
    return tuple(customer[name] for name in names)


def test_the_page_shows_each_side_and_nothing_is_chosen(clash: Answer, copied: Sandbox) -> None:
    assert clash.status == 409
    assert clash.has("div", role="alert", data_error_code="changed_meanwhile")
    sides = "Yours Swansea In NeroPay now Newport changed there, .* Before, when you .* Cardiff"
    assert re.search(sides, clash.text), clash.text
    assert clash.text.count("In NeroPay now") == 1, "only what clashes is asked about"
    assert "1 New Street · yours, will be saved" in clash.text
    assert "07700 900000 · changed in NeroPay meanwhile, stays" in clash.text
    radios = [found for _, found in clash.reader.tags if found.get("type") == "radio"]
    assert [found["value"] for found in radios] == ["mine", "theirs", "before"]
    assert not any("checked" in found for found in radios)
    assert copied.ledger() == []


@pytest.mark.parametrize(
    ("choice", "town"), [("mine", "Swansea"), ("theirs", "Newport"), ("before", "Cardiff")]
)
def test_what_was_chosen_is_saved_and_the_rest_merged(
    staff: Page, copied: Sandbox, clash: Answer, choice: str, town: str
) -> None:
    answer = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": choice})
    assert (answer.status, answer.location) == (303, "/customers?q=daisy#customer-1001")
    assert stored(copied, "city", "address1", "phone") == (town, "1 New Street", "07700 900000")
    text = staff.get("/customers").text
    assert "Saved: Daisy Thomas" in text
    assert "Phone was changed in NeroPay meanwhile to “07700 900000”. That stays;" in text
    assert len(copied.ledger()) == 1


def test_only_what_was_chosen_is_sent(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    copied.set_customer(1001, city="Newport")
    chosen = {**staff.post(URL, form).form(RESOLVE), "keep_city": "theirs"}
    saved = staff.post(RESOLVE, chosen)
    assert "NeroPay keeps what it has, as you chose." in staff.get(saved.location).text
    assert copied.ledger() == []


def test_without_a_choice_nothing_is_saved(staff: Page, copied: Sandbox, clash: Answer) -> None:
    for keep in ("", "x", "before "):
        answer = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": keep})
        assert answer.status == 422
        assert "Town or city : Choose one of these." in answer.text
        assert answer.has("div", id="keep-city", aria_invalid="true")
    answer = staff.post(RESOLVE, {**answer.form(RESOLVE), "keep_city": "mine"})
    assert answer.status == 303
    assert stored(copied, "city", "address1") == ("Swansea", "1 New Street")


def test_what_was_chosen_stays_chosen_when_another_is_missing(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea", name="Daisy T")
    copied.set_customer(1001, city="Newport", name="Daisy Thomson")
    answer = staff.post(URL, form)
    answer = staff.post(RESOLVE, {**answer.form(RESOLVE), "keep_name": "theirs"})
    assert answer.status == 422
    assert answer.form(RESOLVE)["keep_name"] == "theirs"
    assert "keep_city" not in answer.form(RESOLVE)
    assert answer.has("div", id="keep-city", aria_invalid="true")
    assert not answer.has("div", id="keep-name", aria_invalid="true")


def test_a_record_that_changes_while_choosing_is_asked_about_again(
    staff: Page, copied: Sandbox, clash: Answer
) -> None:
    copied.set_customer(1001, city="Barry")
    again = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": "mine"})
    assert again.status == 409
    assert "In NeroPay now Barry" in again.text
    assert "Before, when you opened it Cardiff" in again.text
    assert again.form(RESOLVE)["intent"] != clash.form(RESOLVE)["intent"]
    assert copied.ledger() == []
    done = staff.post(RESOLVE, {**again.form(RESOLVE), "keep_city": "mine"})
    assert done.location == "/customers?q=daisy#customer-1001"
    assert stored(copied, "city") == ("Swansea",)


def test_theirs_means_what_they_have_by_then(staff: Page, copied: Sandbox, clash: Answer) -> None:
    copied.set_customer(1001, city="Barry")
    answer = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": "theirs"})
    assert answer.status == 303
    assert stored(copied, "city", "address1") == ("Barry", "1 New Street")
    assert "Town or city was changed in NeroPay meanwhile to “Barry”" in staff.get("/").text


def test_a_double_click_is_one_change(staff: Page, copied: Sandbox, clash: Answer) -> None:
    chosen = {**clash.form(RESOLVE), "keep_city": "mine"}
    assert staff.post(RESOLVE, chosen).status == staff.post(RESOLVE, chosen).status == 303
    assert len(copied.ledger()) == 1


def test_back_to_the_form_keeps_everything(staff: Page, copied: Sandbox, clash: Answer) -> None:
    answer = staff.post(RESOLVE, {**clash.form(RESOLVE), "to_form": "1"})
    assert answer.status == 200
    form = answer.form(URL)
    assert (form["city"], form["address1"], form["back"]) == (
        "Swansea",
        "1 New Street",
        "/customers?q=daisy",
    )
    assert form["phone"] == "07700 900000", "theirs, which this person did not touch"
    assert "NeroPay has now: “Newport”." in answer.text
    copied.set_customer(1001, city="Barry")
    again = staff.post(URL, {**form, "city": "Swansea Bay"})
    assert again.status == 409, "what changed after it was shown is asked about"
    assert "Before, when you opened it Cardiff" in again.text
    saved = staff.post(RESOLVE, {**again.form(RESOLVE), "keep_city": "mine"})
    assert saved.status == 303
    assert stored(copied, "city", "phone") == ("Swansea Bay", "07700 900000")


def test_own_words_from_the_form_are_saved(staff: Page, copied: Sandbox, clash: Answer) -> None:
    back = staff.post(RESOLVE, {**clash.form(RESOLVE), "to_form": "1", "keep_city": "theirs"})
    assert back.form(URL)["city"] == "Newport", "as chosen already"
    assert staff.post(URL, {**back.form(URL), "city": "Newport, Gwent"}).status == 303
    assert stored(copied, "city") == ("Newport, Gwent",)


def test_in_the_list_the_row_asks_and_comes_back(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    copied.set_customer(1001, city="Newport")
    clash = staff.post(URL, form, htmx=True, **ROW)
    assert clash.status == 409
    assert clash.reader.tags[0] == ("tr", {"id": "customer-1001", "class": "is-editing"})
    missing = staff.post(RESOLVE, clash.form(RESOLVE), htmx=True, **ROW)
    assert (missing.status, missing.reader.tags[0][0]) == (422, "tr")
    back = staff.post(RESOLVE, {**clash.form(RESOLVE), "to_form": "1"}, htmx=True, **ROW)
    assert back.form(URL)["city"] == "Swansea"
    saved = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": "mine"}, htmx=True, **ROW)
    assert saved.reader.tags[0] == ("tr", {"id": "customer-1001", "class": "is-marked"})
    assert "Saved: Daisy Thomas" in saved.text
    assert stored(copied, "city") == ("Swansea",)


@pytest.mark.parametrize(
    "seen",
    [
        "",
        "x",
        "[" * 9000,
        '{"asked": ["city"], "before": {"city": "<b>\\u202e"}, "city": "\\u0000"}',
        '{"asked": ["city", "city", "nobody"], "before": 7, "city": "{{7*7}}"}',
        '{"asked": {"city": 1}, "before": {"city": "\\ud800"}}',
    ],
)
def test_what_comes_back_otherwise_than_it_was_shown(
    staff: Page, copied: Sandbox, clash: Answer, seen: str
) -> None:
    form = {**clash.form(RESOLVE), "seen": seen, "back": "//evil.example", "copy_of": "\u202e"}
    for more in ({}, {"keep_city": "mine"}, {"keep_city": "before"}, {"to_form": "1"}):
        for htmx in (False, True):
            answer = staff.post(RESOLVE, {**form, **more}, htmx=htmx)
            assert answer.status in {200, 409, 422}, (more, answer.text)
            assert "\u202e" not in answer.text
    assert copied.ledger() == [], "nothing is overwritten that was not seen"


def test_choosing_what_our_own_rules_do_not_take_is_told_in_the_form(
    staff: Page, copied: Sandbox
) -> None:
    copied.set_customer(1001, email="no address")
    staff.get("/customers/1001/refresh")
    form = fill(staff, email="daisy@example.com")
    copied.set_customer(1001, email="other@example.com")
    clash = staff.post(URL, form)
    answer = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_email": "before"})
    assert answer.status == 422
    assert answer.has("input", id="email", aria_invalid="true")
    assert answer.form(URL)["email"] == "no address"
    assert copied.ledger() == []


def test_through_htmx_the_part_takes_the_forms_place(staff: Page, copied: Sandbox) -> None:
    form = fill(staff, city="Swansea")
    copied.set_customer(1001, city="Newport")
    clash = staff.post(URL, form, htmx=True)
    assert clash.reader.tags[0][1]["id"] == "customer-form"
    assert clash.has("form", action=RESOLVE)
