"""Undo: from the toast and from the history, by the same checks as any change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from webapp.activity.service import history

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/edit"
UNDO = "/customers/1001/undo/"
RESOLVE = "/customers/1001/resolve"
LIST = {"HX_Current_URL": "http://localhost/customers?q=daisy"}
PATCH = {"match": {"method": "PATCH"}}


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def save(page: Page, **typed: str) -> Answer:
    """Change the record; give the page after it, with its toast."""
    saved = page.post(URL, {**page.get(URL).form(URL), **typed})
    assert saved.status == 303
    return page.get(saved.location)


def button(answer: Answer) -> tuple[str, dict[str, str]]:
    """Give where the toast's button leads, and what it sends."""
    action = next(
        str(found["action"])
        for tag, found in answer.reader.tags
        if tag == "form" and str(found.get("action", "")).startswith(UNDO)
    )
    return action, answer.form(action)


def town(copied: Sandbox) -> object:
    customer = copied.get_customer(1001)
    assert customer
    return customer["city"]


def test_the_toast_takes_a_change_back(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea", email=""))
    answer = staff.post(url, form)
    assert (answer.status, answer.location) == (303, "/customers/1001")
    shown = staff.get(answer.location)
    assert "Undone: Daisy Thomas" in shown.text
    assert "Staff Person undid a change of this customer" in shown.text
    now = copied.get_customer(1001)
    assert now
    assert (now["city"], now["email"]) == ("Cardiff", "daisy.thomas@post.example")
    assert [effect["method"] for effect in copied.ledger()] == ["PATCH", "PATCH"]


def test_an_undo_can_be_undone(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    undone = staff.get(staff.post(url, form).location)
    url, form = button(undone)
    again = staff.get(staff.post(url, form).location)
    assert town(copied) == "Swansea"
    staff.post(*button(again))
    assert town(copied) == "Cardiff"
    assert len(copied.ledger()) == 4


def test_what_is_no_id_of_a_change_is_none(staff: Page, copied: Sandbox) -> None:
    assert "Saved" in save(staff, city="Swansea", undoes="a\0b").text
    assert town(copied) == "Swansea"


def test_a_double_click_is_one_undo(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    assert staff.post(url, form).location == staff.post(url, form).location
    assert len(copied.ledger()) == 2


def test_the_history_has_it_where_there_is_something_to_put_back(
    staff: Page, copied: Sandbox
) -> None:
    save(staff, city="Swansea")
    shown = save(staff, phone="07700 900000")
    links = [str(f["formaction"]) for tag, f in shown.reader.tags if f.get("form") == "undo"]
    assert len(links) == 2
    answer = staff.post(links[1], {"intent": shown.form("/customers/1001")["intent"]})
    assert answer.status == 303
    now = copied.get_customer(1001)
    assert now
    assert (now["city"], now["phone"]) == ("Cardiff", "07700 900000"), "the older one alone"
    shown = staff.get(answer.location)
    left = [str(f["formaction"]) for tag, f in shown.reader.tags if f.get("form") == "undo"]
    assert links[1] not in left, "that is as it was"
    assert links[0] in left
    for link in left:  # one form for all of them, and each is a write of its own
        staff.post(link, {"intent": "1" * 32})
    assert len(copied.ledger()) == 5


def test_what_was_changed_again_since_is_asked_about(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea", address1="1 New Street"))
    copied.set_customer(1001, city="Newport")
    answer = staff.post(url, form)
    assert (answer.status, answer.location) == (303, url)
    page = staff.get(url)
    assert "Changed again since" in page.text
    assert re.search("Put back Cardiff In NeroPay now Newport .* saved then Swansea", page.text)
    assert "102 Mill Lane · will be put back" in page.text
    assert len(copied.ledger()) == 1
    done = staff.post(RESOLVE, {**page.form(RESOLVE), "keep_city": "mine"})
    text = staff.get(done.location).text
    assert "Undone: Daisy Thomas" in text
    now = copied.get_customer(1001)
    assert now
    assert (now["city"], now["address1"]) == ("Cardiff", "102 Mill Lane")
    assert "Staff Person undid a change" in text


def test_as_it_was_already(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    copied.set_customer(1001, city="Cardiff")
    assert "before that change already" in staff.get(staff.post(url, form).location).text
    assert len(copied.ledger()) == 1


def test_its_page_says_what_it_would_do(staff: Page, copied: Sandbox) -> None:
    url, _ = button(save(staff, city="Swansea"))
    page = staff.get(url)
    assert "Town or city Swansea Cardiff" in page.text
    assert town(copied) == "Swansea", "looking changes nothing"
    staff.post(url, page.form(url))
    assert town(copied) == "Cardiff"


def test_in_the_list_the_toast_and_the_row_are_renewed(staff: Page, copied: Sandbox) -> None:
    row = staff.post(
        URL,
        {**staff.get(URL).form(URL), "city": "Swansea"},
        htmx=True,
        HX_Target="tr#customer-1001",
    )
    url, form = button(row)
    answer = staff.post(url, form, htmx=True, **LIST, Referer="/customers?q=daisy")
    assert answer.status == 200
    assert "Undone: Daisy Thomas" in answer.text
    assert answer.has("tr", id="customer-1001", _class="is-marked")
    assert "<mark>Daisy</mark> Thomas" in answer.html
    assert button(answer)[0] != url
    assert town(copied) == "Cardiff"
    copied.set_customer(1001, city="Newport")
    url, form = button(answer)
    clash = staff.post(url, form, htmx=True, **LIST)
    assert (clash.status, clash.location) == (204, url)


def test_it_leads_back_to_the_list_without_javascript(staff: Page) -> None:
    form = {**staff.get(URL).form(URL), "city": "Swansea", "back": "/customers?q=daisy"}
    listed = staff.get(staff.post(URL, form).location.partition("#")[0])
    assert staff.post(*button(listed)).location == "/customers?q=daisy#customer-1001"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"action": "status", "status": 422, "code": "validation_failed"}, "check the details"),
        ({"action": "status", "status": 403, "code": "not_enabled"}, "does not allow this"),
    ],
)
def test_a_refusal_is_told_and_changes_nothing(
    staff: Page, copied: Sandbox, fault: dict[str, object], words: str
) -> None:
    url, form = button(save(staff, city="Swansea"))
    copied.fault(**fault, **PATCH)
    answer = staff.post(url, form)
    assert (answer.status, answer.location) == (303, "/customers/1001")
    assert words in staff.get("/customers/1001").text
    assert town(copied) == "Swansea"


def test_without_a_clear_answer_it_is_a_write_like_any(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    copied.fault(action="close", when="after", times=0, **PATCH)
    answer = staff.post(url, form)
    assert answer.location.startswith("/writes/")
    assert "Undoing a change of customer" in staff.get(answer.location).text
    shown = staff.get("/customers/1001")
    assert not any(found.get("form") == "undo" for _, found in shown.reader.tags)


def test_old_values_that_are_not_known_whole_are_not_put_back(
    staff: Page, copied: Sandbox, app: Flask
) -> None:
    copied.set_customer(1001, address1="1 \x07 Street")
    staff.get("/customers/1001/refresh")
    shown = save(staff, address1="2 Street")
    url, form = button(shown)
    assert staff.post(url, form).status == 404
    assert not any(found.get("form") == "undo" for _, found in shown.reader.tags)
    with app.app_context():
        assert history("customer", "1001")[0].changes["address1"][0] == "1 \ufffd Street"


@pytest.mark.parametrize("of", ["0" * 32, "x", "..", "a%2fb", "x" * 65])
def test_what_is_no_change(staff: Page, copied: Sandbox, of: str) -> None:
    assert staff.get(f"{UNDO}{of}").status == 404
    assert staff.post(f"{UNDO}{of}", {"intent": "0" * 32}).status == 404
    assert copied.requests() == []


def test_another_records_change_is_not_this_ones(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    other = url.replace("1001", "1002")
    assert staff.post(other, form).status == 404
    assert town(copied) == "Swansea"


def test_an_intent_that_is_not_one_of_ours_sends_nothing(staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    for intent in ("", "x", "\x00" * 32):
        assert staff.post(url, {**form, "intent": intent}).status == 303
    assert len(copied.ledger()) == 1


def test_who_may_not(page_as: Callable[[str], Page], staff: Page, copied: Sandbox) -> None:
    url, form = button(save(staff, city="Swansea"))
    viewer = page_as("viewer")
    assert viewer.post(url, {"intent": form["intent"]}).status == 403
    shown = viewer.get("/customers/1001")
    assert not any(found.get("form") == "undo" for _, found in shown.reader.tags)
    manager = page_as("manager")
    assert manager.post(url, {"intent": "2" * 32}).status == 303, "others' changes too"
    assert town(copied) == "Cardiff"
