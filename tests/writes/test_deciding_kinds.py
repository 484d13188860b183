"""What nobody knows about a category, a change or an undo: what is in our copy, and the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import give_up, send_unclear
from webapp.categories.service import refresh_categories

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

NEW = "/categories/new"
DELETE = "/categories/20/delete"
EDIT = "/customers/1001/edit"
NOTHING = "Nothing like it is in our copy"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    copied.set_category(20, in_use=0)
    return page_as("manager")


def undo_button(answer: Answer) -> tuple[str, dict[str, str]]:
    """Give where the toast's button leads, and what it sends."""
    urls = (str(found.get("action")) for tag, found in answer.reader.tags if tag == "form")
    url = next(url for url in urls if "/undo/" in url)
    return url, answer.form(url)


def refresh(app: Flask) -> None:
    with app.app_context():
        assert refresh_categories().is_complete


@pytest.mark.parametrize(
    ("typed", "reason"), [("Tea", "same name"), ("TEAS", "much the same name")]
)
def test_a_category_that_was_made_is_found_by_its_name(
    manager: Page, copied: Sandbox, app: Flask, typed: str, reason: str
) -> None:
    place = send_unclear(manager, copied, NEW, name=typed)
    give_up(manager, place)
    refresh(app)
    assert NOTHING in manager.get(place).text
    copied.set_category(20, name="Tea")
    refresh(app)
    page = manager.get(place)
    assert NOTHING not in page.text
    assert reason in page.text
    assert page.has("a", href="/categories#category-20")
    assert manager.post(f"{place}/decide", {"made": "20"}).location == place
    assert "Confirmed by Manager Person" in manager.get(place).text


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("before", "It is still in our copy of NeroPay’s list:"),
        ("after", "It is not in our copy of NeroPay’s list any more."),
    ],
)
def test_a_deletion_is_decided_without_looking_for_likenesses(
    manager: Page, copied: Sandbox, app: Flask, when: str, said: str
) -> None:
    place = send_unclear(manager, copied, DELETE, when=when)
    give_up(manager, place)
    refresh(app)
    page = manager.get(place)
    assert NOTHING not in page.text
    assert said in page.text
    assert page.has("button", name="not_made")
    assert manager.post(f"{place}/decide", {"made": "21"}).status == 400
    assert page.has("button", name="made", value="20")
    assert manager.post(f"{place}/decide", {"made": "20"}).location == place
    assert "Deleted: Hot drinks" in manager.get(place).text


def test_of_an_undo_the_record_is_shown_and_what_it_has(manager: Page, copied: Sandbox) -> None:
    saved = manager.post(EDIT, {**manager.get(EDIT).form(EDIT), "city": "York"}).location
    undo, form = undo_button(manager.get(saved))
    copied.fault(action="reset", when="before", times=0, match={"method": "PATCH"})
    place = manager.post(undo, form).location
    copied.clear_faults()
    give_up(manager, place)
    assert manager.get("/customers/1001/refresh").status == 303
    page = manager.get(place)
    assert NOTHING not in page.text
    assert "has something else" in page.text
    assert page.has("a", href="/customers/1001")
    assert manager.post(f"{place}/decide", {"made": "1001"}).location == place
    assert "Undone: Daisy Thomas" in manager.get(place).text
