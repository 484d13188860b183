"""A category that NeroPay no longer has, found out when it was to be deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.categories.doing import last
from webapp.categories.service import find_category, refresh_categories
from webapp.writes.waiting import send_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/categories/20/delete"
GONE = "Hot drinks was no longer at NeroPay, so it is out of this list as well."


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


@pytest.mark.parametrize("htmx", [False, True])
def test_it_goes_out_of_the_list_and_that_is_said(
    manager: Page, copied: Sandbox, app: Flask, *, htmx: bool
) -> None:
    form = manager.get(URL).form(URL)
    copied.seed(customers=0, categories=0)
    for _ in range(2):  # a double click reads the same
        answer = manager.post(URL, form, htmx=htmx)
        listed = answer if htmx else manager.get(answer.location)
        assert GONE in listed.text
        assert not listed.has("tr", id="category-20")
        assert listed.has("tr", id="category-21")
    with app.app_context():
        assert last(20).kind == "category.gone_in_neropay"
    assert len(copied.requests()) == 1


def test_what_is_not_allowed_is_not_gone(manager: Page, copied: Sandbox) -> None:
    copied.switch(category_delete=404)  # with another code (neropay.md)
    assert manager.post(URL, manager.get(URL).form(URL)).has("tr", id="category-20")


def test_one_that_neropay_lists_again_is_not_taken_out_by_an_old_form(
    manager: Page, copied: Sandbox, app: Flask
) -> None:
    form = manager.get(URL).form(URL)
    copied.fault(action="status", status=404, code="resource_not_found")
    manager.post(URL, form)
    with app.app_context():
        assert refresh_categories().is_complete
    answer = manager.post(URL, form)
    assert answer.status == 409
    assert answer.has("tr", id="category-20")


def test_found_out_when_a_deletion_that_waited_is_sent(
    manager: Page, copied: Sandbox, app: Flask
) -> None:
    copied.stop()
    refused = manager.post(URL, manager.get(URL).form(URL))
    assert manager.post(URL, {**refused.form(URL), "hold": "1"}).location == "/writes"
    copied.start()
    copied.fault(action="status", status=404, code="resource_not_found")
    with app.app_context():
        send_held(lambda _: None)
        assert find_category("20") is None


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("more", [{}, {"hold": "1"}])
def test_the_second_of_two_people_is_told_who_was_first(
    manager: Page,
    page_as: Callable[[str], Page],
    copied: Sandbox,
    more: dict[str, str],
    *,
    htmx: bool,
) -> None:
    copied.set_category(20, in_use=0)
    owner = page_as("owner")
    form = owner.get(URL).form(URL)
    manager.post(URL, manager.get(URL).form(URL))
    for is_sent in (False, True):
        answer = owner.post(URL, form | more, htmx=htmx) if is_sent else owner.get(URL, htmx=htmx)
        listed = answer if htmx else owner.get(answer.location)
        assert "Hot drinks is deleted already, by Manager Person." in listed.text
        assert not listed.has("tr", id="category-20")
    assert len(copied.ledger()) == 1


def test_one_that_a_refresh_took_out(manager: Page, copied: Sandbox, app: Flask) -> None:
    form = manager.get(URL).form(URL)
    copied.seed(customers=0, categories=0)
    with app.app_context():
        refresh_categories()
    assert GONE in manager.get(manager.post(URL, form).location).text
    assert manager.get("/categories/999/delete").status == 404
    assert manager.post("/categories/999/delete", form).status == 404
