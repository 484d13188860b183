"""/categories: the same form sent twice, without JavaScript to hold it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW = "/categories/new"
DELETE = "/categories/20/delete"


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    copied.set_category(20, in_use=0)
    return page_as("manager")


@pytest.mark.parametrize("fault", [None, {"action": "status", "status": 500, "times": 0}])
def test_a_form_sent_again_with_another_name_never_claims_to_be_added(
    manager: Page, copied: Sandbox, fault: dict[str, object] | None
) -> None:
    form = manager.get(NEW).form(NEW)
    if fault:
        copied.fault(**fault)
    manager.post(NEW, {**form, "name": "Tea"})
    copied.clear_faults()
    second = manager.post(NEW, {**form, "name": "Coffee"})
    assert second.status == 409
    assert "This was not sent" in second.text
    again = second.form(NEW)
    assert again["name"] == "Coffee"
    assert "Added: Coffee" in manager.get(manager.post(NEW, again).location).text


def test_a_deletion_sent_twice_is_said_to_be_done_twice(manager: Page, copied: Sandbox) -> None:
    form = manager.get(DELETE).form(DELETE)
    for _ in range(2):
        answer = manager.post(DELETE, form)
        assert "Deleted: Hot drinks" in manager.get(answer.location).text
    assert [effect["method"] for effect in copied.ledger()] == ["DELETE"]


def test_a_category_that_was_never_there_is_not_found(manager: Page) -> None:
    form = manager.get(DELETE).form(DELETE)
    assert manager.post("/categories/999/delete", form).status == 404
