"""What was typed survives the browser that it was typed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page, Response

    from tests.browser.conftest import Site, Visitor


def type_city(page: Page, city: str) -> None:
    def is_kept(answer: Response) -> bool:
        is_draft = answer.url.endswith("/draft") and answer.status == 204
        return is_draft and city in (answer.request.post_data or "")  # not half of it

    with page.expect_response(is_kept):
        page.get_by_label("Town or city").press_sequentially(city)


def test_a_new_customer_goes_on_at_another_pc(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers/new")
    page.get_by_label("Name", exact=True).fill("Dafydd Half-Typed")
    type_city(page, "Bangor")
    page.context.close()
    other = visit("staff").page
    other.goto("/customers/new")
    expect(other.get_by_text("You typed “Dafydd Half-Typed” here")).to_be_visible()
    other.get_by_role("link", name="Go on with it").click()
    expect(other.get_by_label("Town or city")).to_have_value("Bangor")
    other.get_by_role("button", name="Save customer", exact=True).click()
    expect(other.get_by_role("heading", name="Dafydd Half-Typed")).to_be_visible()
    other.goto("/customers/new")
    expect(other.get_by_text("did not save it")).to_have_count(0)


@pytest.mark.parametrize("place", ["/customers/1020/edit", "/customers"])
def test_a_correction_is_offered_back_where_it_was_made(
    site: Site, visit: Callable[..., Visitor], place: str
) -> None:
    def open_form(page: Page) -> None:
        page.goto(place if place != "/customers" else "/customers?q=1020")
        if place == "/customers":
            page.locator("#customer-1020").get_by_role("link", name="Edit").click()
        expect(page.get_by_label("Town or city")).to_be_visible()

    page = visit("manager").page
    open_form(page)
    page.get_by_label("Town or city").fill("")
    type_city(page, "Harlech")
    page.context.close()
    page = visit("manager").page
    open_form(page)
    page.get_by_role("link", name="Go on with it").click()
    expect(page.get_by_label("Town or city")).to_have_value("Harlech")
    page.on("dialog", lambda dialog: dialog.accept())  # it was typed, and is not saved
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_label("Town or city")).to_have_count(0)
    page.wait_for_load_state()
    open_form(page)
    expect(page.get_by_text("did not save it")).to_have_count(0)
    stored = site.sandbox.get_customer(1020)
    assert stored
    assert stored["city"] != "Harlech"
