"""/categories: the list in the order of the tills."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from webapp.categories.service import refresh_categories

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/categories"


def names(answer: Answer) -> list[str]:
    assert answer.status == 200
    return re.findall(r'<th scope="row">(.*?)</th>', answer.html)


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def test_lists_them_in_till_order(manager: Page, copied: Sandbox, app: Flask) -> None:
    copied.set_category(23, sort_order=0, is_active=0)
    with app.app_context():
        refresh_categories()
    answer = manager.get(URL)
    assert names(answer) == ["Sandwiches &amp; toasties", "Hot drinks", "Cold drinks", "Breakfast"]
    assert "Not active" in answer.text
    assert "no way to rename, reorder or hide" in answer.text


def test_reading_asks_neropay_nothing(manager: Page, copied: Sandbox) -> None:
    manager.get(URL)
    assert copied.requests() == []


def test_the_part_is_in_the_page(manager: Page) -> None:
    part, page = manager.get(URL, htmx=True), manager.get(URL)
    assert part.reader.tags[0][1]["id"] == "categories"
    assert page.has("section", id="categories")
    assert names(part) == names(page)


@pytest.mark.parametrize(("role", "may"), [("viewer", False), ("staff", False), ("owner", True)])
def test_only_those_who_may_write_are_offered_to(
    page_as: Callable[[str], Page], copied: Sandbox, role: str, may: bool
) -> None:
    answer = page_as(role).get(URL)
    assert len(names(answer)) == 4
    assert answer.has("form", id="category-form") is may
    assert answer.has("a", href="/categories/20/delete") is may
    assert answer.has("a", href="#name") is may


def test_none_at_all(app: Flask, page_as: Callable[[str], Page]) -> None:
    with app.app_context():
        refresh_categories()
    assert "No categories yet" in page_as("viewer").get(URL).text
    assert page_as("manager").get(URL).has("form", id="category-form")


def test_hostile_names_are_shown_as_they_are(manager: Page, copied: Sandbox, app: Flask) -> None:
    copied.set_category(20, name="<img src=x>{{7*7}}\u202e")
    with app.app_context():
        refresh_categories()
    answer = manager.get(URL)
    assert "<img src=x>{{7*7}}" in answer.text
    assert "\u202e" not in answer.html
    assert manager.get(f"{URL}/20/delete").status == 200


def test_the_list_goes_on_without_neropay(manager: Page, no_neropay: None) -> None:
    assert len(names(manager.get(URL))) == 4


def test_it_is_only_read(manager: Page) -> None:
    assert manager.post(URL).status == 405
