"""Categories in a browser: add in the last row, delete with one question, a refusal at its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Site, Visitor


def test_added_category_takes_its_place(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/categories")
    page.get_by_label("Position").fill("2")
    page.get_by_label("Name").fill("Ice lollies")
    page.get_by_role("button", name="Add category").click()
    expect(page.get_by_text("Added: Ice lollies")).to_be_visible()
    expect(page.locator("tr.is-marked")).to_contain_text("Ice lollies")
    positions = [int(text) for text in page.locator("tbody td.position").all_inner_texts()]
    assert positions == sorted(positions)
    expect(page.get_by_label("Name")).to_have_value("")


def test_near_duplicate_is_named_while_typing(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/categories")
    first = page.locator("tbody tr th").first.inner_text()
    page.get_by_label("Name").press_sequentially(first.upper() + " ")
    expect(page.get_by_text("Is it the same?")).to_be_visible()
    page.get_by_label("Name").fill("")


def test_delete_asks_once_and_deletes(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/categories")
    page.get_by_label("Position").fill("900")
    page.get_by_label("Name").fill("Short lived")
    page.get_by_role("button", name="Add category").click()
    row = page.locator("tbody tr", has_text="Short lived")
    row.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete “Short lived”").click()
    expect(page.get_by_text("Deleted: Short lived")).to_be_visible()
    expect(page.locator("tbody tr", has_text="Short lived")).to_have_count(0)


def test_refusal_is_explained_at_the_row(site: Site, visit: Callable[..., Visitor]) -> None:
    site.sandbox.switch(category_delete=False)
    page = visit("manager").page
    page.goto("/categories")
    name = page.locator("tbody tr th").first.inner_text()
    page.locator("tbody tr").first.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete “").click()
    expect(page.get_by_role("alert")).to_contain_text("NeroPay does not allow this")
    expect(page.locator("tbody tr th").first).to_have_text(name)
    site.sandbox.switch(category_delete=True)


def test_categories_without_javascript(visit: Callable[..., Visitor]) -> None:
    page = visit("manager", java_script_enabled=False).page
    page.goto("/categories")
    page.get_by_label("Position").fill("901")
    page.get_by_label("Name").fill("Plain category")
    page.get_by_role("button", name="Add category").click()
    row = page.locator("tbody tr", has_text="Plain category")
    expect(row).to_be_visible()
    row.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete “Plain category”").click()
    expect(page.locator("tbody tr", has_text="Plain category")).to_have_count(0)


def test_without_javascript_the_same_name_is_asked_about_once(
    visit: Callable[..., Visitor],
) -> None:
    page = visit("manager", java_script_enabled=False).page
    page.goto("/categories")
    name = page.locator("tbody tr th").first.inner_text()
    before = page.locator("tbody tr").count()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add category").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent yet.")
    expect(page.get_by_label("Name")).to_have_value(name)
    page.get_by_role("button", name="Add it all the same").click()
    expect(page.locator("tbody tr")).to_have_count(before + 1)
