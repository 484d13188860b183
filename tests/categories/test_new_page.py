"""/categories/new and /categories/near: adding a category, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import REFUSALS, SOME_UNCLEAR, UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/categories/new"
TYPED = {"name": "Cakes", "sort_order": "7", "is_active": "1"}


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def fill(page: Page, **typed: str) -> dict[str, str]:
    return {**page.get(URL).form(URL), **TYPED, **typed}


def test_the_form_proposes_the_place_after_the_last(manager: Page) -> None:
    for answer in (manager.get(URL), manager.get(URL, htmx=True), manager.get("/categories")):
        form = answer.form(URL)
        assert (form["name"], form["sort_order"], form["is_active"]) == ("", "5", "1")
        assert len(form["intent"]) == 32


def test_adding_makes_one_and_shows_it_in_the_list(manager: Page, copied: Sandbox) -> None:
    answer = manager.post(URL, fill(manager))
    assert (answer.status, answer.location) == (303, "/categories#category-24")
    assert "Added: Cakes" in manager.get("/categories").text
    made = copied.categories()[-1]
    assert (made["name"], made["sort_order"], made["is_active"]) == ("Cakes", 7, 1)


def test_through_htmx_it_takes_its_place_in_the_table(manager: Page) -> None:
    answer = manager.post(URL, fill(manager, sort_order="0"), htmx=True)
    assert answer.status == 200
    assert answer.response.headers["HX-Retarget"] == "#categories"
    assert answer.has("tr", id="category-24", _class="is-marked")
    assert answer.text.index("Cakes") < answer.text.index("Hot drinks")
    assert "Added: Cakes" in answer.text
    assert answer.form(URL)["name"] == ""


def test_without_the_tick_it_is_not_active(manager: Page, copied: Sandbox) -> None:
    form = fill(manager, sort_order="1,200")
    del form["is_active"]
    manager.post(URL, form)
    made = copied.categories()[-1]
    assert (made["sort_order"], made["is_active"]) == (1200, 0)


@pytest.mark.parametrize(
    ("sent", "is_active"),
    [
        *((yes, 1) for yes in ("1", "on", "Yes")),
        *((no, 0) for no in ("0", "no", "off", "False", "")),
    ],
)
def test_a_script_says_active_or_not_as_neropay_does_or_in_a_word(
    manager: Page, copied: Sandbox, sent: str, is_active: int
) -> None:
    assert manager.post(URL, fill(manager, is_active=sent)).status == 303
    assert copied.categories()[-1]["is_active"] == is_active


@pytest.mark.parametrize("sent", ["2", "-1", "1.0", "perhaps", "[]", "\x00"])
def test_what_is_neither_active_nor_not_is_refused_at_the_field(
    manager: Page, copied: Sandbox, sent: str
) -> None:
    answer = manager.post(URL, fill(manager, is_active=sent))
    assert answer.status == 422
    assert answer.has("input", id="is_active", aria_describedby="is_active-error")
    assert "Send 1 for active or 0 for not active." in answer.text
    assert copied.requests() == []


def test_sending_the_same_form_twice_makes_one(manager: Page, copied: Sandbox) -> None:
    form = fill(manager)
    assert manager.post(URL, form).location == manager.post(URL, form).location
    assert len(copied.ledger()) == 1


@pytest.mark.parametrize("position", ["", "x", "1.5", "--1", "-", "9" * 30, "1000001", "٣", "1e3"])
def test_a_position_that_is_none(manager: Page, copied: Sandbox, position: str) -> None:
    answer = manager.post(URL, fill(manager, sort_order=position))
    assert answer.status == 422
    assert answer.form(URL)["sort_order"] == position
    assert answer.has("input", id="sort_order", aria_describedby="sort_order-error")
    assert copied.requests() == []


def test_what_neropay_says_of_a_field_is_shown_at_it(manager: Page, copied: Sandbox) -> None:
    copied.fault(action="status", status=422, code="validation_failed",
                 details={"name": ["The name is taken."], "base": ["No more fit."]})  # fmt: skip
    form = fill(manager)
    answer = manager.post(URL, form, htmx=True)
    assert answer.status == 422
    assert answer.form(URL)["name"] == "Cakes"
    assert answer.form(URL)["intent"] != form["intent"]
    assert answer.has("input", id="name", aria_describedby="name-error")
    assert "The name is taken." in answer.text
    assert "No more fit." in answer.text


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_keeps_what_was_typed(manager: Page, copied: Sandbox, name: str) -> None:
    fault, status, words = REFUSALS[name]
    copied.fault(**fault)
    form = fill(manager)
    for htmx in (False, True):
        answer = manager.post(URL, form, htmx=htmx)
        assert answer.status == status
        assert words in answer.text
        kept = answer.form(URL)
        assert (kept["name"], kept["sort_order"]) == ("Cakes", "7")
        assert kept["intent"] != form["intent"]
        form = {**form, **kept}
    copied.clear_faults()
    assert manager.post(URL, form).location == "/categories#category-24"


@pytest.mark.parametrize("name", SOME_UNCLEAR)
def test_without_a_clear_answer_it_is_followed_up(
    manager: Page, copied: Sandbox, name: str
) -> None:
    copied.fault(**UNCLEAR[name])
    form = fill(manager)
    answer = manager.post(URL, form)
    assert (answer.status, answer.location) == (303, f"/writes/{form['intent']}")
    assert manager.get(answer.location).has("section", id="write", data_state="unknown")


def test_neropay_out_of_reach_means_that_nothing_was_sent(manager: Page, no_neropay: None) -> None:
    answer = manager.post(URL, fill(manager))
    assert answer.status == 503
    assert answer.form(URL)["name"] == "Cakes"


@pytest.mark.parametrize("typed", ["hot drink", "HOT-DRINKS", "Hót  Drinks!"])
def test_a_name_much_like_another_is_pointed_out(manager: Page, typed: str) -> None:
    part = manager.get(f"/categories/near?name={typed}", htmx=True)
    assert part.reader.tags[0][1]["id"] == "near"
    assert "Already there: “Hot drinks”" in part.text
    page = manager.get(f"/categories/near?name={typed}")
    assert "Already there: “Hot drinks”" in page.text
    assert page.form(URL)["name"] == typed


def test_a_name_like_no_other(manager: Page) -> None:
    assert manager.get("/categories/near?name=Cakes", htmx=True).text == ""
    assert manager.get("/categories/near", htmx=True).text == ""


@pytest.mark.parametrize("role", ["viewer", "staff"])
def test_who_may_not(page_as: Callable[[str], Page], copied: Sandbox, role: str) -> None:
    page = page_as(role)
    assert page.get(URL).status == 403
    assert page.get("/categories/near?name=x", htmx=True).status == 403
    assert page.post(URL, TYPED).status == 403
    assert copied.requests() == []
