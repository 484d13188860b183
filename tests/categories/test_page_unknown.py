"""/categories before NeroPay has told us any; and what the page asks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox


@pytest.mark.parametrize("role", ["viewer", "manager"])
def test_what_was_never_copied_is_not_called_none(
    page_as: Callable[[str], Page], role: str
) -> None:
    text = page_as(role).get("/categories").text
    assert "NeroPay has none" not in text
    assert "copied from NeroPay yet" in text


def test_the_address_asked_while_typing_holds_the_name_alone(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    page = page_as("manager").get("/categories/new")
    assert page.has("div", id="near", hx_include="#category-form [name=name]")


@pytest.mark.parametrize("was_added", [True, False])
def test_a_corrected_form_settles_the_first_one_before_anything_is_sent(
    page_as: Callable[[str], Page], copied: Sandbox, was_added: bool
) -> None:
    manager, url = page_as("manager"), "/categories/new"
    form = {**manager.get(url).form(url), "name": "Tee"}
    copied.fault(action="status", status=500, effect=was_added, times=0, match={"method": "POST"})
    manager.post(url, form)
    waits = manager.post(url, {**form, "name": "Tea"})
    assert "not confirmed yet" in waits.text
    assert waits.form(url)["intent"] == form["intent"], "the same form, which settles again"
    copied.clear_faults()
    told = manager.post(url, {**waits.form(url), "name": "Tea"})
    assert "NeroPay cannot rename a category" in told.text
    assert told.form(url)["name"] == "Tea"
    assert [one["name"] for one in copied.categories()].count("Tee") == 1
    assert "Tea" not in [one["name"] for one in copied.categories()]
    assert manager.post(url, told.form(url)).status == 303
    assert "Tea" in [one["name"] for one in copied.categories()]


def test_of_what_was_given_up_nobody_says_that_it_is_looked_for(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    manager, url = page_as("manager"), "/categories/new"
    form = {**manager.get(url).form(url), "name": "Tee"}
    copied.fault(action="reset", when="before", times=0, match={"method": "POST"})
    place = manager.post(url, form).location
    copied.clear_faults()
    assert manager.post(f"{place}/give-up", {"reason": "not needed"}).location == place
    told = manager.post(url, {**form, "name": "Tea"})
    assert told.status == 409
    assert "It will never be known for certain" in told.text
    again = told.form(url)
    assert (again["name"], again["intent"] != form["intent"]) == ("Tea", True)
    assert manager.post(url, again).status == 303
    assert [one["name"] for one in copied.categories()].count("Tea") == 1
