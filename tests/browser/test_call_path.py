"""The job that everything is for: found by four digits, corrected, saved, by keyboard alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Site, Visitor


def make_known(site: Site, **fields: str) -> int:
    """Change a customer at NeroPay and copy it; give the id."""
    customer_id = 1010
    site.sandbox.set_customer(customer_id, **fields)
    site.copy()
    return customer_id


def test_call_path_by_keyboard(site: Site, visit: Callable[..., Visitor]) -> None:
    customer_id = make_known(
        site, name="Wendy Caller", phone="07700 904471", address1="1 Old Street"
    )
    page = visit("staff").page
    keys = page.keyboard
    keys.press("/")
    keys.type("4471")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Wendy Caller", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    keys.press("e")
    name = page.get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    for _ in range(3):
        keys.press("Tab")
    keys.press("Control+a")
    keys.type("2 New Street")
    keys.press("Control+Enter")
    expect(page.get_by_text("Saved: Wendy Caller")).to_be_visible()
    row = page.locator(f"#customer-{customer_id}")
    expect(row).to_have_class("is-marked")
    expect(row.locator("mark")).to_have_text("4471")  # as in the other rows of the search
    assert "q=4471" in page.url  # the same list
    stored = site.sandbox.get_customer(customer_id)
    assert stored
    assert stored["address1"] == "2 New Street"


def test_record_page_by_keyboard(site: Site, visit: Callable[..., Visitor]) -> None:
    make_known(site, name="Wendy Caller", phone="07700 904471", city="Leeds")
    page = visit("staff").page
    page.goto("/customers/1010")
    expect(page.get_by_text("Confirmed by NeroPay just now")).to_be_visible()
    page.keyboard.press("e")
    page.wait_for_url("**/customers/1010/edit")  # loaded: only then there are keys
    page.get_by_label("Town or city").fill("York")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved: Wendy Caller")).to_be_visible()
    stored = site.sandbox.get_customer(1010)
    assert stored
    assert stored["city"] == "York"


def test_call_path_without_javascript(site: Site, visit: Callable[..., Visitor]) -> None:
    make_known(site, name="Wendy Caller", phone="07700 904471", city="Leeds")
    page = visit("staff", java_script_enabled=False).page
    page.fill("#search", "4471")
    page.press("#search", "Enter")
    page.locator("#customer-1010").get_by_role("link", name="Edit").click()
    page.get_by_label("Town or city").fill("Whitby")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_text("Saved: Wendy Caller")).to_be_visible()
    assert page.url.endswith("/customers?q=4471#customer-1010")  # the same list, that row marked
    stored = site.sandbox.get_customer(1010)
    assert stored
    assert stored["city"] == "Whitby"


def test_escape_leaves_the_row_as_it_was(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers")
    row = page.locator("tbody tr").first
    before = row.inner_text()
    row.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("tr.is-editing")).to_have_count(0)
    expect(page.locator("tbody tr").first).to_have_text(before, use_inner_text=True)


def test_keys_list_and_going(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.clock.install()
    page.goto("/")
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # "g" holds for a moment only
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("k")
    page.wait_for_url("**/categories")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/customers")
    page.keyboard.press("n")
    page.wait_for_url("**/customers/new")
    page.keyboard.type("n/e?")  # in a field, these are letters
    expect(page.get_by_label("Name", exact=True)).to_have_value("n/e?")


def test_what_is_not_saved_is_saved_wherever_the_focus_is(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/1012/edit")
    page.get_by_label("Town or city").fill("Ripon")
    page.get_by_role("heading", level=1).click()  # nothing has the focus now
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/customers/1012")
    expect(page.locator("main")).to_contain_text("Ripon")
