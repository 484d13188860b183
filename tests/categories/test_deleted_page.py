"""A deleted category can be added again: name, position and state; never its products."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from webapp.activity.service import Actor
from webapp.categories import deleted, service
from webapp.writes.service import Outcome, new_intent_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/categories/20/delete"
AGAIN = "/categories/20/add-again"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    copied.set_category(20, in_use=0, sort_order=7, is_active=0)
    page = page_as("manager")
    with page.client.application.app_context():
        service.refresh_categories()
    return page


@pytest.fixture
def gone(manager: Page) -> Answer:
    """The list after the category was deleted."""
    return manager.get(manager.post(URL, manager.get(URL).form(URL)).location)


def like(copied: Sandbox) -> list[tuple[object, ...]]:
    """Give what NeroPay has of that name."""
    return [
        (found["sort_order"], found["is_active"])
        for found in copied.categories()
        if found["name"] == "Hot drinks"
    ]


def test_the_question_says_what_comes_back(manager: Page) -> None:
    assert "its products will not come back with it" in manager.get(URL).text


def test_the_toast_adds_it_again(manager: Page, copied: Sandbox, gone: Answer) -> None:
    assert "Deleted: Hot drinks. It can be added again; its products will not" in gone.text
    answer = manager.post(AGAIN, gone.form(AGAIN))
    assert answer.status == 303
    assert answer.location.startswith("/categories#category-")
    shown = manager.get("/categories")
    assert "Added again: Hot drinks. Its products do not come back by themselves." in shown.text
    assert "Deleted lately" not in shown.text
    assert like(copied) == [(7, 0)]
    assert "Added category Hot drinks" in manager.get("/activity").text


def test_the_list_offers_it_until_it_is_there_again(
    manager: Page, copied: Sandbox, gone: Answer, clock: Clock, page_as: Callable[[str], Page]
) -> None:
    assert "Deleted lately" in gone.text
    assert "Hot drinks position 7, not active · deleted by Manager Person" in gone.text
    assert gone.has("button", form="again", formaction=AGAIN)
    assert 'href="/categories#deleted"' in manager.get("/activity").html
    assert "Deleted lately" not in page_as("staff").get("/categories").text
    clock.advance(days=31)
    assert "Deleted lately" not in page_as("manager").get("/categories").text


def test_from_the_list_through_htmx(manager: Page, copied: Sandbox, gone: Answer) -> None:
    answer = manager.post(AGAIN, {"intent": "1" * 32}, htmx=True)
    assert answer.response.headers["HX-Retarget"] == "#categories"
    assert answer.reader.tags[0][1]["id"] == "categories"
    assert answer.has("tr", _class="is-marked")
    assert "Added again: Hot drinks" in answer.text
    assert like(copied) == [(7, 0)]


def test_after_deleting_through_htmx_the_toast_has_the_button(manager: Page) -> None:
    answer = manager.post(URL, manager.get(URL, htmx=True).form(URL), htmx=True)
    assert answer.has("form", action=AGAIN)


def test_a_double_click_adds_one(manager: Page, copied: Sandbox, gone: Answer) -> None:
    form = gone.form(AGAIN)
    assert manager.post(AGAIN, form).location == manager.post(AGAIN, form).location
    assert len(like(copied)) == 1


def test_what_is_there_already_is_not_added(manager: Page, copied: Sandbox, gone: Answer) -> None:
    manager.post(AGAIN, gone.form(AGAIN))
    for htmx in (False, True):
        answer = manager.post(AGAIN, {"intent": new_intent_id()}, htmx=htmx)
        shown = answer if htmx else manager.get("/categories")
        assert "is there already, or on its way. Nothing was sent." in shown.text
    assert len(like(copied)) == 1


def test_two_people_at_once_add_one(
    app: Flask, manager: Page, copied: Sandbox, gone: Answer, cast: dict[str, Member]
) -> None:
    copied.fault(action="wait", match={"method": "POST"})
    outcomes: list[Outcome] = []

    def add(role: str) -> None:
        with app.app_context():
            was = deleted.find_deleted("20")
            assert was
            actor = Actor(cast[role].id, role, None)
            outcomes.append(deleted.add_again(actor, new_intent_id(), was))

    first = threading.Thread(target=add, args=("manager",))
    first.start()
    copied.await_waiting()
    add("owner")
    copied.release()
    first.join()
    assert sorted(str(outcome.state) for outcome in outcomes) == ["applied", "refused"]
    assert len(like(copied)) == 1


def test_a_refusal_and_an_answer_that_is_not_clear(
    manager: Page, copied: Sandbox, gone: Answer
) -> None:
    copied.fault(action="status", status=403, code="not_enabled")
    manager.post(AGAIN, {"intent": "1" * 32})
    assert "NeroPay does not allow this" in manager.get("/categories").text
    copied.fault(action="close", when="after", times=0)
    answer = manager.post(AGAIN, gone.form(AGAIN))
    assert answer.location.startswith("/writes/")


@pytest.mark.parametrize("id_", ["21", "999", "x", "..", "x" * 65])
def test_what_was_not_deleted_from_here(manager: Page, copied: Sandbox, id_: str) -> None:
    copied.forget_requests()
    assert manager.post(f"/categories/{id_}/add-again", {"intent": "0" * 32}).status == 404
    assert copied.requests() == []


def test_an_intent_that_is_not_one_of_ours_sends_nothing(
    manager: Page, copied: Sandbox, gone: Answer
) -> None:
    for intent in ("", "x", "é" * 32):
        assert manager.post(AGAIN, {"intent": intent}).status == 303
    assert like(copied) == []
