"""Where the focus is: after each save where one goes on, and never taken by what runs by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Route

    from tests.browser.conftest import Site, Visitor


def to_nowhere(route: Route) -> None:
    """Let a request fail with our own page for what is not there."""
    address = route.request.url.split("/", 3)
    route.continue_(url=f"{address[0]}//{address[2]}/no-such-page", method="GET")


WAYS: dict[str, Callable[[Page], object]] = {
    "mouse": lambda page: page.get_by_role("button", name="Save changes").click(),
    "button": lambda page: page.get_by_role("button", name="Save changes").press("Enter"),
    "field": lambda page: page.get_by_label("Town or city").press("Enter"),
    "keys": lambda page: page.get_by_label("Town or city").press("Control+Enter"),
}


@pytest.mark.parametrize("way", WAYS)
def test_after_a_save_it_is_on_the_row(visit: Callable[..., Visitor], way: str) -> None:
    page = visit("staff").page
    page.goto("/customers")
    row = page.locator("tbody tr").nth(1)
    row.get_by_role("link", name="Edit").click()
    page.get_by_label("Town or city").fill(f"Saved by {way}")
    WAYS[way](page)
    expect(page.locator("tr.is-marked").get_by_role("link", name="Edit")).to_be_focused()


def test_after_a_category_was_added_the_next_can_be_typed(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/categories")
    page.get_by_label("Name").fill("Sorbets")
    page.get_by_role("button", name="Add category").click()
    expect(page.locator("tr.is-marked")).to_contain_text("Sorbets")
    expect(page.get_by_label("Position")).to_be_focused()


def test_what_was_not_sent_can_be_pressed_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit("staff")
    page = visitor.page
    page.goto("/customers/1012/edit")
    page.get_by_label("Town or city").fill("Ripon")
    page.context.set_offline(True)
    save = page.get_by_role("button", name="Save changes")
    save.click()
    expect(page.get_by_text("The server cannot be reached.")).to_be_visible()
    expect(save).to_be_focused()
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customers/1012")
    visitor.complaints.clear()  # of the connection that was gone


def test_a_key_held_down_deletes_nothing(visit: Callable[..., Visitor]) -> None:
    page = visit("manager").page
    page.goto("/categories")
    row = page.locator("tbody tr").first
    delete, keep = row.get_by_role("link", name="Delete"), page.get_by_role("link", name="Keep it")
    delete.focus()
    page.keyboard.down("Enter")
    expect(keep).to_be_focused()
    for _ in range(3):
        page.keyboard.down("Enter")  # as a keyboard repeats it
    expect(keep).to_be_focused()
    page.keyboard.up("Enter")
    page.keyboard.press("Enter")
    expect(delete).to_be_focused()


def test_the_next_page_begins_at_its_top(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer", viewport={"width": 1280, "height": 500}).page
    page.goto("/customers")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=**")
    first = page.locator("tbody th a").first
    expect(first).to_be_focused()
    expect(first).to_be_in_viewport()


@pytest.mark.parametrize("place", ["/presence", "/twins"])
def test_what_fails_by_itself_is_not_seen(visit: Callable[..., Visitor], place: str) -> None:
    page = visit("staff").page
    page.goto("/customers/1015/edit" if place == "/presence" else "/customers/new")
    page.route(f"**{place}", to_nowhere)
    town = page.get_by_label("Town or city")
    town.press_sequentially("Y")
    done = (
        "place => new Promise(done => {"
        "document.addEventListener('htmx:finally:request', (event) => "
        "event.detail.ctx.sourceElement.matches(place) && done(), {});"
        "document.querySelector('.presence')?.dispatchEvent(new Event('every'))})"
    )
    page.evaluate(done, {"/presence": ".presence", "/twins": "#twins"}[place])
    expect(town).to_be_focused()
    expect(page.locator("#alerts")).to_be_empty()
    town.fill(town.evaluate("field => field.defaultValue"))


def test_a_search_that_fails_says_so_and_leaves_one_typing(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.goto("/customers")
    page.route("**/customers?**", to_nowhere)
    box = page.locator("#search")
    box.fill("a")
    expect(page.locator("#alerts")).to_contain_text("Nothing here")
    expect(box).to_be_focused()
    page.route("**/customers?**", lambda route: route.continue_())
    no_phone = page.get_by_label("No phone")
    no_phone.focus()
    page.keyboard.press("Space")
    page.wait_for_url("**no_phone=1**")
    expect(no_phone).to_be_focused()


def test_twins_are_asked_for_after_errors_as_well(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    site.sandbox.set_customer(1011, name="Tina Twin", phone="07700 905512")
    site.copy()
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_role("button", name="Save customer", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Phone").press_sequentially("07700 905512")
    expect(page.locator("#twins")).to_contain_text("Tina Twin")
    page.get_by_label("Phone").fill("")


def test_escape_closes_what_is_open(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").page
    page.goto("/team")
    row = page.locator("tr", has_text="viewer@shop.example")
    row.get_by_role("link", name="Manage").click()
    expect(page.get_by_label("Role", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(row.get_by_role("link", name="Manage")).to_be_focused()
    page.goto("/customers")
    for nth in (0, 1):
        page.locator("tbody tr").nth(nth).get_by_role("link", name="Edit").click()
        expect(page.locator("tr.is-editing")).to_have_count(nth + 1)
    page.get_by_role("heading", level=1).click()
    for count in (1, 0):
        page.keyboard.press("Escape")
        expect(page.locator("tr.is-editing")).to_have_count(count)
        page.get_by_role("heading", level=1).click()


def test_control_enter_in_the_search_box_searches(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.goto("/customers?q=smith")
    page.locator("#search").press("Control+Enter")
    expect(page.locator("tbody th a").first).to_be_focused()
    assert page.url.endswith("q=smith")


def test_copying_leaves_it_where_it_is(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto("/customers/1001")
    copy = page.locator("main [data-copy]").first
    copy.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Copied")
    expect(copy).to_be_focused()
