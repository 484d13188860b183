"""/categories/<id>/delete: asked once, decided by NeroPay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import REFUSALS, SOME_UNCLEAR, UNCLEAR

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/categories/20/delete"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    copied.set_category(20, in_use=0)
    return page_as("manager")


def test_asks_and_names_it(manager: Page) -> None:
    page = manager.get(URL)
    assert "Delete the category Hot drinks ? NeroPay decides" in page.text
    assert "Delete “Hot drinks”" in page.text
    row = manager.get(URL, htmx=True)
    assert row.reader.tags[0] == ("tr", {"id": "category-20", "class": "is-editing"})
    assert row.form(URL)["intent"] != page.form(URL)["intent"]


def test_asking_deletes_nothing(manager: Page, copied: Sandbox) -> None:
    manager.get(URL)
    assert copied.requests() == []


def test_deleting_takes_it_out_of_the_list(manager: Page, copied: Sandbox) -> None:
    answer = manager.post(URL, manager.get(URL).form(URL))
    assert (answer.status, answer.location) == (303, "/categories")
    listed = manager.get("/categories")
    assert "Deleted: Hot drinks" in listed.text
    assert not listed.has("tr", id="category-20")
    assert [effect["method"] for effect in copied.ledger()] == ["DELETE"]


def test_through_htmx_the_table_comes_without_it(manager: Page) -> None:
    answer = manager.post(URL, manager.get(URL, htmx=True).form(URL), htmx=True)
    assert answer.status == 200
    assert answer.reader.tags[0][1]["id"] == "categories"
    assert not answer.has("tr", id="category-20")
    assert "Deleted: Hot drinks" in answer.text


def test_one_in_use_stays_and_the_row_says_why(manager: Page, copied: Sandbox) -> None:
    copied.set_category(20, in_use=1)
    form = manager.get(URL).form(URL)
    for htmx in (False, True):
        answer = manager.post(URL, form, htmx=htmx)
        assert answer.status == 409
        assert answer.has("tr", id="category-20")
        assert "NeroPay does not allow this" in answer.text
        assert answer.text.index("Hot drinks") < answer.text.index("NeroPay says")
        assert answer.text.index("NeroPay says") < answer.text.index("Cold drinks")


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_leaves_the_row(manager: Page, copied: Sandbox, name: str) -> None:
    fault, status, words = REFUSALS[name]
    copied.fault(**fault)
    answer = manager.post(URL, manager.get(URL).form(URL))
    assert answer.status == status
    assert words in answer.text
    assert answer.has("tr", id="category-20")
    copied.clear_faults()
    assert manager.post(URL, manager.get(URL).form(URL)).status == 303


def test_a_neropay_that_deletes_no_categories(manager: Page, copied: Sandbox) -> None:
    for status in (403, 404, 405, 409, 422, 501):
        copied.switch(category_delete=status)
        answer = manager.post(URL, manager.get(URL).form(URL))
        assert answer.status in {409, 422}, status
        assert "not enabled for your NeroPay account" in answer.text
        assert answer.has("tr", id="category-20")


@pytest.mark.parametrize("name", SOME_UNCLEAR)
def test_without_a_clear_answer_the_row_waits(manager: Page, copied: Sandbox, name: str) -> None:
    copied.fault(**UNCLEAR[name])
    form = manager.get(URL).form(URL)
    answer = manager.post(URL, form)
    assert (answer.status, answer.location) == (303, f"/writes/{form['intent']}")
    listed = manager.get("/categories")
    assert listed.has("span", data_state="unknown")
    assert not listed.has("a", href=URL)


def test_neropay_out_of_reach(manager: Page, no_neropay: None) -> None:
    answer = manager.post(URL, manager.get(URL).form(URL))
    assert answer.status == 503
    assert "Nothing was sent, so nothing was deleted." in answer.text
    assert answer.has("tr", id="category-20")


def test_an_intent_that_is_not_one_of_ours_sends_nothing(manager: Page, copied: Sandbox) -> None:
    for intent in ("", "x", "\x00" * 32, "é" * 32):
        assert manager.post(URL, {"intent": intent}).status == 409, intent
    assert copied.requests() == []


@pytest.mark.parametrize("id_", ["999", "..", "%2e%2e", "a%2fb", "x" * 65, "20%00"])
def test_what_is_no_category(manager: Page, copied: Sandbox, id_: str) -> None:
    assert manager.get(f"/categories/{id_}/delete").status == 404
    assert manager.post(f"/categories/{id_}/delete", {"intent": "0" * 32}).status == 404
    assert copied.requests() == []


@pytest.mark.parametrize("role", ["viewer", "staff"])
def test_who_may_not(page_as: Callable[[str], Page], copied: Sandbox, role: str) -> None:
    page = page_as(role)
    assert page.get(URL).status == 403
    assert page.post(URL, {"intent": "0" * 32}).status == 403
    assert copied.requests() == []
