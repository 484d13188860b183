"""The form of a category that waits: nothing typed in it is lost, and nothing overwritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import drain, leave
from webapp.writes.waiting import list_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW = "/categories/new"
MOVED = "Owner Person has changed this since you opened it, and nothing of that is overwritten."


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


@pytest.fixture
def opened(app: Flask, manager: Page, copied: Sandbox) -> tuple[str, dict[str, str]]:
    """The form of one that waits."""
    place = f"/categories/waiting/{leave(manager, copied, app, NEW, name='Tea')}"
    return place, manager.get(place).form(place)


@pytest.mark.parametrize("htmx", [False, True])
def test_who_comes_second_overwrites_nothing(
    app: Flask, manager: Page, page_as: Callable[[str], Page],
    opened: tuple[str, dict[str, str]], *, htmx: bool,
) -> None:  # fmt: skip
    (place, form), owner = opened, page_as("owner")
    theirs = {**owner.get(place).form(place), "sort_order": "7"}
    assert owner.post(place, theirs).location == "/writes"
    del form["is_active"]
    answer = manager.post(place, {**form, "name": "Teas"}, htmx=htmx)
    assert answer.status == 409
    assert MOVED in answer.text
    for waits in ("“Tea”", "“7”", "active"):
        assert f"Waits now: {waits}." in answer.text
    again = answer.form(place)
    assert (again["name"], "is_active" in again) == ("Teas", False)
    with app.app_context():
        assert [one.label for one in list_held()] == ["Tea"]
    assert manager.post(place, again).location == "/writes"
    with app.app_context():
        assert [one.label for one in list_held()] == ["Teas"]


@pytest.mark.parametrize("button", [{"hold": "1"}, {}])
def test_the_form_that_left_it_here_overwrites_no_colleague_s_change(
    app: Flask, manager: Page, page_as: Callable[[str], Page],
    opened: tuple[str, dict[str, str]], button: dict[str, str],
) -> None:  # fmt: skip
    (place, form), owner = opened, page_as("owner")
    assert owner.post(place, {**owner.get(place).form(place), "name": "Teas"}).status == 303
    answer = manager.post(NEW, {**form, "name": "Tee", **button})
    assert answer.status == 409
    assert MOVED in answer.text
    assert answer.form(place)["name"] == "Tee"
    with app.app_context():
        assert [one.label for one in list_held()] == ["Teas"]


def test_what_was_added_meanwhile_is_told_and_the_other_one_offered(
    app: Flask, manager: Page, copied: Sandbox, opened: tuple[str, dict[str, str]]
) -> None:
    place, form = opened
    assert drain(app) == 1
    assert manager.post(place, form).location == place.replace("/categories/waiting", "/writes")
    for url, fields in ((place, form), (NEW, {**form, "hold": "1"})):
        answer = manager.post(url, {**fields, "name": "Teas"})
        assert "NeroPay cannot rename a category" in answer.text
        assert (answer.form(NEW)["name"], answer.form(NEW)["intent"] != form["intent"]) == (
            "Teas",
            True,
        )
    assert len(copied.ledger()) == 1


def test_what_was_thrown_away_can_be_added_again(
    manager: Page, copied: Sandbox, opened: tuple[str, dict[str, str]]
) -> None:
    place, form = opened
    manager.post(f"{place.replace('/categories/waiting', '/writes')}/cancel")
    answer = manager.post(place, {**form, "name": "Teas"})
    assert answer.status == 409
    assert "Thrown away meanwhile" in answer.text
    assert manager.post(NEW, answer.form(NEW)).status == 303
    assert [one["name"] for one in copied.categories()].count("Teas") == 1


def test_what_neropay_refused_says_why_and_is_a_new_attempt(
    app: Flask, manager: Page, copied: Sandbox, opened: tuple[str, dict[str, str]]
) -> None:
    place, form = opened
    copied.fault(action="status", status=422, code="validation_failed",
                 details={"name": ["Too short."]}, match={"method": "POST"})  # fmt: skip
    assert drain(app) == 1
    answer = manager.post(place, {**form, "name": "Teas"})
    assert answer.status == 422
    assert "Too short." in answer.text
    assert manager.post(NEW, answer.form(NEW)).status == 303
