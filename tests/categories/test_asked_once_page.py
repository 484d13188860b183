"""/categories/new without JavaScript: the very same name is asked about once before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/categories/new"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def send(page: Page, form: dict[str, str] | None = None, /, **typed: str) -> Answer:
    return page.post(URL, {**(form or page.get("/categories").form(URL)), **typed})


def count(copied: Sandbox, name: str) -> int:
    return [one["name"] for one in copied.categories()].count(name)


@pytest.mark.parametrize("name", ["Hot drinks", "HOT DRINKS"])
def test_the_same_name_is_asked_about_once(manager: Page, copied: Sandbox, name: str) -> None:
    form = manager.get("/categories").form(URL)
    asked = send(manager, form, name=name)
    assert asked.status == 422
    assert "“Hot drinks”. Is it the same?" in asked.text
    assert "Add it all the same" in asked.text
    assert copied.requests() == []
    again = asked.form(URL)
    assert (again["name"], again["intent"]) == (name, form["intent"])
    for _ in range(2):  # a double click makes one
        assert send(manager, again).location == "/categories#category-24"
    assert len(copied.ledger()) == 1


def test_another_name_is_asked_about_again(manager: Page, copied: Sandbox) -> None:
    again = send(manager, name="Hot drinks").form(URL)
    assert send(manager, again, name="Cold drinks").status == 422
    assert copied.requests() == []


def test_a_name_much_like_it_is_not_asked_about(manager: Page, copied: Sandbox) -> None:
    assert send(manager, name="Hot drink").status == 303
    assert count(copied, "Hot drink") == 1


def test_who_sends_through_htmx_and_a_script_are_asked_nothing(
    manager: Page, copied: Sandbox
) -> None:
    form = {**manager.get("/categories").form(URL), "name": "Hot drinks"}
    assert manager.post(URL, form, htmx=True).status == 200
    form = {**manager.get("/categories").form(URL), "name": "Hot drinks"}
    del form["shown"]
    assert send(manager, form).status == 303
    assert count(copied, "Hot drinks") == 3


def test_the_same_form_again_is_no_twin_of_itself(manager: Page, copied: Sandbox) -> None:
    form = {**manager.get("/categories").form(URL), "name": "Tea"}
    assert send(manager, form).location == send(manager, form).location
    assert count(copied, "Tea") == 1


def test_a_form_that_waits_here_is_not_asked_about(manager: Page, copied: Sandbox) -> None:
    copied.stop()
    again = send(manager, name="Hot drinks").form(URL)
    refused = send(manager, again)
    assert refused.status == 503
    for _ in range(2):
        assert send(manager, refused.form(URL), hold="1").location == "/writes"
    copied.start()
