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
