"""What NeroPay answers to an addition: too little, or something else than was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.categories.doing import add, last
from webapp.categories import service

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.activity.service import Actor
    from webapp.sandbox.testing import Sandbox

URL = "/categories/new"
KEPT_OTHERWISE = "NeroPay keeps this otherwise than it was typed: Name, Position, Active."


@pytest.mark.parametrize("unsaid", [{}, {"sort_order": None, "is_active": None}])
def test_what_the_answer_leaves_out_is_taken_as_sent(
    in_app: None, mona: Actor, sandbox: Sandbox, unsaid: dict[str, Any]
) -> None:
    sandbox.fault(action="shape", data={"id": 777, "name": "Drinks", **unsaid}, effect=True)
    outcome = add(mona)

    (row,) = service.list_categories()
    assert (row.id, row.sort_order, row.is_active) == ("777", 5, False)
    assert outcome.fields_differing == {}
    assert last("777").changes["sort_order"] == (None, 5)


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_stored_otherwise_is_said(
    page_as: Callable[[str], Page], copied: Sandbox, *, htmx: bool
) -> None:
    data = {"id": 777, "name": "STORED", "sort_order": 9, "is_active": 0}
    copied.fault(action="shape", data=data, effect=True)
    manager = page_as("manager")
    answer = manager.post(URL, {**manager.get(URL).form(URL), "name": "Typed"}, htmx=htmx)
    shown = answer if htmx else manager.get(answer.location)
    assert "Added: STORED" in shown.text
    assert KEPT_OTHERWISE in shown.text


def test_what_is_stored_as_sent_needs_no_word(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    manager = page_as("manager")
    manager.post(URL, {**manager.get(URL).form(URL), "name": "Typed"})
    assert "otherwise" not in manager.get("/categories").text
