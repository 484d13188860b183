"""What a screen reader is told: a live region that stays speaks, one that comes does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor


def stays(page: Page, selector: str) -> Callable[[], bool]:
    """Mark a live region; tell later whether it is still the same element."""
    region = page.locator(selector)
    expect(region).to_have_count(1)
    region.evaluate("region => { region.isTheSame = true }")
    return lambda: region.evaluate("region => Boolean(region.isTheSame)")


@pytest.mark.parametrize(
    ("url", "box", "typed", "found", "in_vain"),
    [
        ("/customers", "#search", "smith", " of 60 for “smith”", "Nobody found for “smithx”"),
        ("/team", "#team-q", "staff", "1 of 4 for “staff”", "Nobody found for “staffx”"),
        ("/activity", "#find", "owner", "newest first", "Nothing found"),
    ],
)
def test_what_a_search_finds(  # noqa: PLR0917  # the columns of a table
    visit: Callable[..., Visitor], url: str, box: str, typed: str, found: str, in_vain: str
) -> None:
    page = visit("owner").page
    page.goto(url)
    said = page.locator("#said")
    is_the_same = stays(page, "#said[role=status]")
    page.locator(box).press_sequentially(typed)
    expect(said).to_contain_text(found)
    page.locator(box).press_sequentially("x")
    expect(said).to_contain_text(in_vain)
    assert is_the_same()


def test_likely_twins(visit: Callable[..., Visitor], site: Site) -> None:
    site.sandbox.set_customer(1030, name="Zelda Quince", phone="07700 900123")
    site.copy()
    page = visit("staff").page
    page.goto("/customers/new")
    is_the_same = stays(page, "#twins [role=status]")
    page.get_by_label("Phone").fill("07700 900123")
    said = page.locator("#twins [role=status]")
    expect(said).to_have_text("Already a customer? Zelda Quince: same mobile.")
    page.get_by_label("Phone").fill("")
    expect(said).to_have_text("")
    assert is_the_same()


def test_categories_of_nearly_that_name(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").page
    page.goto("/categories")
    is_the_same = stays(page, "#near[aria-live]")
    name = page.locator("tbody th").first.inner_text()
    page.locator("#name").press_sequentially(name)
    expect(page.locator("#near")).to_contain_text(f"“{name}”")
    assert is_the_same()
