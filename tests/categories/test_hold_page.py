"""Categories that wait for NeroPay: an addition and a deletion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.categories.service import refresh_categories
from webapp.writes.waiting import list_held, send_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW = "/categories/new"
DELETE = "/categories/20/delete"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    copied.set_category(20, in_use=0)
    return page_as("manager")


def hold(page: Page, copied: Sandbox, url: str, **typed: str) -> None:
    """Send a form in vain, then leave it here."""
    copied.stop()
    refused = page.post(url, {**page.get(url).form(url), **typed})
    assert refused.status == 503
    assert refused.has("button", name="hold")
    assert page.post(url, {**refused.form(url), "hold": "1"}).location == "/writes"
    copied.start()


def drain(app: Flask) -> int:
    with app.app_context():
        return send_held(lambda _: None)


def test_a_new_one_waits_and_goes_once(manager: Page, copied: Sandbox, app: Flask) -> None:
    hold(manager, copied, NEW, name="Tea")
    assert "New category" in manager.get("/writes").text
    assert drain(app) == 1
    assert drain(app) == 0
    assert [one["name"] for one in copied.categories()].count("Tea") == 1
    assert "Added after all: Tea" in manager.get("/categories").text


def test_a_deletion_waits_and_goes_once(manager: Page, copied: Sandbox, app: Flask) -> None:
    hold(manager, copied, DELETE)
    assert drain(app) == 1
    assert [effect["method"] for effect in copied.ledger()] == ["DELETE"]
    assert "Deleted after all:" in manager.get("/categories").text


def test_a_deletion_of_what_is_another_one_by_now_waits_for_a_person(
    manager: Page, copied: Sandbox, app: Flask
) -> None:
    hold(manager, copied, DELETE)
    copied.set_category(20, name="Something else")
    with app.app_context():
        assert refresh_categories().is_complete
        assert send_held(lambda _: None) == 0
        (held,) = list_held()
    assert copied.ledger() == []
    said = manager.get(f"/writes/{held.id}").text
    assert "It has another name now" in said
    assert "Compare the marked fields" not in said


def test_a_second_deletion_of_the_same_one_says_that_it_is_gone(
    manager: Page, copied: Sandbox, app: Flask, page_as: Callable[[str], Page]
) -> None:
    owner = page_as("owner")
    form = owner.get(DELETE).form(DELETE)
    hold(manager, copied, DELETE)
    assert owner.post(DELETE, {**form, "hold": "1"}).location == "/writes"
    assert drain(app) == 1
    with app.app_context():
        (held,) = list_held()
    said = owner.get(f"/writes/{held.id}").text
    assert "No longer at NeroPay" in said
    assert "Compare the marked fields" not in said


def test_what_waits_to_be_deleted_is_marked_in_the_list_and_not_deleted_again(
    manager: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    assert manager.get("/categories").has("a", href=DELETE)
    hold(manager, copied, DELETE)
    for htmx in (False, True):
        shown = manager.get("/categories", htmx=htmx)
        assert "Deletion waiting" in shown.text
        assert not shown.has("a", href=DELETE)
        assert shown.has("a", href="/categories/21/delete")
    assert "Deletion waiting" in page_as("viewer").get("/categories").text


def test_what_waited_to_be_deleted_can_be_added_again_as_it_was(
    manager: Page, copied: Sandbox, app: Flask
) -> None:
    was = next(one for one in copied.categories() if one["id"] == 20)
    assert was["is_active"] == 1
    hold(manager, copied, DELETE)
    assert drain(app) == 1
    form = manager.get("/categories").form("/categories")
    assert manager.post("/categories/20/add-again", form).status == 303
    there = next(one for one in copied.categories() if one["name"] == was["name"])
    assert {**there, "id": 20} == was


def test_going_back_changing_and_saving_is_the_same_one(
    manager: Page, copied: Sandbox, app: Flask
) -> None:
    copied.stop()
    form = manager.post(NEW, {**manager.get(NEW).form(NEW), "name": "Tea"}).form(NEW)
    assert manager.post(NEW, {**form, "hold": "1"}).location == "/writes"
    assert manager.post(NEW, {**form, "name": "Teas"}).location == "/writes"
    copied.start()
    assert drain(app) == 1
    assert [one["name"] for one in copied.categories() if "Tea" in str(one["name"])] == ["Teas"]


def form_of_waiting(page: Page) -> str:
    links = [str(found.get("href")) for tag, found in page.get("/writes").reader.tags if tag == "a"]
    return next(link for link in links if link.startswith("/categories/waiting/"))


@pytest.mark.parametrize("htmx", [False, True])
def test_a_waiting_one_is_changed_in_its_place(
    manager: Page, copied: Sandbox, app: Flask, *, htmx: bool
) -> None:
    hold(manager, copied, NEW, name="Tea", sort_order="7")
    place = form_of_waiting(manager)
    assert manager.get(place.replace("/categories/waiting", "/writes")).has("a", href=place)
    form = manager.get(place).form(place)
    assert (form["name"], form["sort_order"], form["is_active"]) == ("Tea", "7", "1")
    refused = manager.post(place, {**form, "name": ""}, htmx=htmx)
    assert (refused.status, refused.form(place)["sort_order"]) == (422, "7")
    del form["is_active"]
    answer = manager.post(place, {**form, "name": "Teas"}, htmx=htmx)
    assert answer.location == "/writes"
    assert drain(app) == 1
    (made,) = [one for one in copied.categories() if "Tea" in str(one["name"])]
    assert (made["name"], made["sort_order"], made["is_active"]) == ("Teas", 7, 0)
    assert manager.get(place).location == place.replace("/categories/waiting", "/writes")
    sent = {**form, "name": "Teas"}
    assert manager.post(place, sent).location == place.replace("/categories/waiting", "/writes")


def test_of_a_deletion_there_is_nothing_to_change(
    manager: Page, copied: Sandbox, app: Flask
) -> None:
    hold(manager, copied, DELETE)
    with app.app_context():
        (held,) = list_held()
    assert "/categories/waiting/" not in manager.get("/writes").html
    assert manager.get(f"/categories/waiting/{held.id}").status == 404
    assert manager.get(f"/customers/waiting/{held.id}").status == 404


def turn_waiting_off(page_as: Callable[[str], Page]) -> None:
    owner, url = page_as("owner"), "/writes/waiting"
    assert owner.post(url, owner.get("/writes").form(url)).location == "/writes"


@pytest.mark.parametrize("is_away", [True, False])
@pytest.mark.parametrize("htmx", [True, False])
@pytest.mark.parametrize("url", [NEW, DELETE])
def test_what_cannot_wait_here_any_more_is_neither_kept_nor_sent(
    manager: Page, copied: Sandbox, page_as: Callable[[str], Page],
    *, url: str, htmx: bool, is_away: bool,
) -> None:  # fmt: skip
    copied.stop()
    refused = manager.post(url, {**manager.get(url).form(url), "name": "Tea"})
    assert refused.has("button", name="hold")
    turn_waiting_off(page_as)
    if not is_away:
        copied.start()
    answer = manager.post(url, {**refused.form(url), "hold": "1"}, htmx=htmx)
    if is_away:
        copied.start()
    assert answer.status == 409
    assert "The owner has turned waiting off" in answer.text
    assert not answer.has("button", name="hold")
    assert copied.ledger() == []
    if url == NEW:
        assert answer.form(url)["name"] == "Tea"
