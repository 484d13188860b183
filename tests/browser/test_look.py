"""What can be seen and reached: rings, exact times, a list's header, what needs a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Visitor

ACCENT = "rgb(11, 110, 105)"
PHONE = {"width": 360, "height": 800}


def test_the_ring_around_what_has_the_focus_is_solid(visit: Callable[..., Visitor]) -> None:
    page = visit("owner", color_scheme="light").page
    page.goto("/categories")
    for control in (page.locator("#is_active"), page.get_by_role("button", name="Add category")):
        page.keyboard.press("Tab")  # so that rings are shown
        control.focus()
        expect(control).to_have_css("outline-color", ACCENT)


def test_an_exact_time_scrolls_nothing_sideways(visit: Callable[..., Visitor]) -> None:
    page = visit("owner", viewport=PHONE).page
    for url in ("/customers/1001", "/team", "/status"):
        page.goto(url)
        expect(page.get_by_text("asking again")).to_have_count(0)  # the record is swapped then
        for time in page.locator("time[data-exact]:visible").all():
            time.focus()
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, url


def test_the_header_of_a_list_stays_under_the_bar(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer", viewport={"width": 1280, "height": 600}).page
    page.goto("/customers")
    page.evaluate("scrollTo(0, 900)")
    bar, head = page.locator(".top").bounding_box(), page.locator("thead th").first.bounding_box()
    assert bar is not None
    assert head is not None
    assert abs(head["y"] - bar["y"] - bar["height"]) <= 1


def test_new_leads_to_the_form_below_the_categories(visit: Callable[..., Visitor]) -> None:
    page = visit("owner", viewport=PHONE).page
    page.goto("/categories")
    page.keyboard.press("n")
    expect(page.locator("#name")).to_be_focused()
    expect(page.locator("#name")).to_be_in_viewport()


def test_without_javascript_nothing_is_shown_that_does_nothing(
    visit: Callable[..., Visitor],
) -> None:
    page = visit("viewer", java_script_enabled=False).page
    page.goto("/customers/1001")
    expect(page.locator("[data-copy]:visible")).to_have_count(0)
