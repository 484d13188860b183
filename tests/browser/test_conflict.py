"""Two people at the same customer: presence, a conflict that one decides, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import complaints

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Site, Visitor

ID = 1020
URL = f"/customers/{ID}/edit"


def begin(site: Site, **fields: str) -> None:
    site.sandbox.set_customer(ID, name="Wanda Twice", city="Leeds", phone="07700 900020", **fields)
    site.copy()


def town(site: Site) -> object:
    stored = site.sandbox.get_customer(ID)
    assert stored
    return stored["city"]


def save(page: Page, **typed: str) -> None:
    for label, value in typed.items():
        page.get_by_label(label.replace("_", " ")).fill(value)
    page.get_by_role("button", name="Save changes").click()


def test_two_people_one_customer(site: Site, visit: Callable[..., Visitor]) -> None:
    begin(site)
    mary, john = visit("manager").page, visit("staff").page
    mary.goto(URL)
    john.goto(URL)
    expect(john.get_by_text("Manager Person has this form open too, since")).to_be_visible()
    john.get_by_label("Town or city").fill("York")
    john.get_by_label("Postcode").fill("YO1 7HH")
    save(mary, Town_or_city="Hull", Phone="07700 900021")
    expect(mary.get_by_text("Saved: Wanda Twice")).to_be_visible()

    john.keyboard.press("Control+Enter")
    expect(john.get_by_role("alert").first).to_contain_text("Changed by someone else meanwhile")
    town_choice = john.get_by_role("radiogroup", name="Town or city")
    expect(town_choice.get_by_role("radio")).to_have_count(3)
    expect(town_choice).to_contain_text("Manager Person")
    expect(john.get_by_role("radiogroup")).to_have_count(1)
    john.get_by_role("button", name="Save what I chose").click()
    expect(john.get_by_text("One thing needs a look")).to_be_visible()
    assert town(site) == "Hull"

    town_choice.get_by_role("radio", name="Yours York").check()
    john.get_by_role("button", name="Save what I chose").dblclick()
    john.wait_for_url(f"**/customers/{ID}")
    expect(john.get_by_text("Saved: Wanda Twice")).to_be_visible()
    expect(john.get_by_text("That stays; saved beside it:")).to_be_visible()
    stored = site.sandbox.get_customer(ID)
    assert stored
    assert [stored[name] for name in ("city", "postcode", "phone")] == [
        "York",
        "YO1 7HH",
        "07700 900021",
    ]
    before = len(site.sandbox.ledger())

    john.locator("#toasts").get_by_role("button", name="Undo").dblclick()
    expect(john.get_by_text("Undone: Wanda Twice")).to_be_visible()
    assert town(site) == "Hull"
    assert len(site.sandbox.ledger()) == before + 1
    expect(john.get_by_text("undid a change of this customer")).to_be_visible()


def test_the_other_is_told_while_the_form_is_open(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    begin(site)
    mary, john = visit("manager").page, visit("staff").page
    mary.clock.install()
    mary.goto(URL)
    john.goto(URL)
    told = mary.get_by_text("Staff Person has this form open too")
    expect(told).to_have_count(0)
    mary.get_by_label("Town or city").fill("Typed")
    mary.clock.fast_forward(21_000)
    expect(told).to_be_visible()
    expect(mary.get_by_label("Town or city")).to_have_value("Typed")
    john.get_by_role("link", name="Cancel").click()
    john.wait_for_url(f"**/customers/{ID}")
    mary.clock.fast_forward(21_000)
    expect(told).to_have_count(0)


def test_in_the_lists_row(site: Site, visit: Callable[..., Visitor]) -> None:
    begin(site)
    page = visit("staff").page
    page.goto("/customers?q=wanda")
    row = page.locator(f"#customer-{ID}")
    row.get_by_role("link", name="Edit").click()
    page.get_by_label("Town or city").fill("York")
    site.sandbox.set_customer(ID, city="Hull")
    page.keyboard.press("Control+Enter")
    page.get_by_role("radio", name="Yours York").check()
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_text("NeroPay has now: “Hull”.")).to_be_visible()
    save(page, Town_or_city="York, North")
    expect(row).to_have_class("is-marked")
    assert town(site) == "York, North"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: Wanda Twice")).to_be_visible()
    expect(row).to_contain_text("Hull")
    assert "q=wanda" in page.url
    assert town(site) == "Hull"
    row.get_by_role("link", name="Edit").click()  # the undo leaves a form alone
    page.get_by_label("Postcode").fill("Typed")
    with page.expect_response("**/undo/*"):
        page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: Wanda Twice")).to_have_count(1)
    expect(page.get_by_label("Postcode")).to_have_value("Typed")
    assert town(site) == "York, North"


def test_without_javascript(site: Site, visit: Callable[..., Visitor]) -> None:
    begin(site)
    page = visit("staff", java_script_enabled=False).page
    page.goto(URL)
    page.get_by_label("Town or city").fill("York")
    site.sandbox.set_customer(ID, city="Hull")
    page.get_by_role("button", name="Save changes").click()
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_text("One thing needs a look")).to_be_visible()
    page.get_by_role("radio", name="Before").check()
    page.get_by_role("button", name="Save what I chose").click()
    page.wait_for_url(f"**/customers/{ID}")
    assert town(site) == "Leeds"
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: Wanda Twice")).to_be_visible()
    assert town(site) == "Hull"


def test_a_deleted_category_is_added_again(site: Site, visit: Callable[..., Visitor]) -> None:
    category = site.sandbox.categories()[-1]
    site.sandbox.set_category(category["id"], in_use=0)
    page = visit("manager").page
    page.goto("/categories")
    row = page.locator(f"#category-{category['id']}")
    row.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete “").click()
    expect(page.get_by_role("heading", name="Deleted lately")).to_be_visible()
    page.locator("#toasts").get_by_role("button", name="Add it again").click()
    expect(page.get_by_text(f"Added again: {category['name']}")).to_be_visible()
    expect(page.locator("#toasts").get_by_role("button", name="Add it again")).to_have_count(0)
    expect(page.locator("tr.is-marked")).to_contain_text(category["name"])
    expect(page.get_by_role("heading", name="Deleted lately")).to_have_count(0)


@pytest.mark.parametrize("width", [360, 1280])
def test_axe(site: Site, visit: Callable[..., Visitor], width: int) -> None:
    begin(site)
    options = {"viewport": {"width": width, "height": 800}}
    mary, page = visit("manager").page, visit("staff", **options).page
    mary.goto(URL)
    page.goto(URL)
    save(mary, Town_or_city="Hull")
    expect(mary.get_by_text("Saved: Wanda Twice")).to_be_visible()
    save(page, Town_or_city="York", Postcode="YO1 7HH")
    expect(page.get_by_role("radiogroup")).to_have_count(1)
    page.get_by_role("radio").first.hover()
    found = complaints(page)
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_text("One thing needs a look")).to_be_visible()
    found += complaints(page)
    page.get_by_role("radio", name="Yours").check()
    page.get_by_role("button", name="Back to the form").click()
    expect(page.get_by_text("NeroPay has now")).to_be_visible()
    save(page)
    expect(page.locator("#toasts").get_by_role("button", name="Undo")).to_be_visible()
    found += complaints(page)
    page.goto(str(page.locator("[form=undo]").first.get_attribute("formaction")))
    found += complaints(page)
    assert found == []


def test_who_leaves_by_the_menu_has_the_form_open_no_more(
    site: Site, visit: Callable[..., Visitor]
) -> None:
    begin(site)
    mary, john = visit("manager").page, visit("staff").page
    mary.goto(URL)
    john.goto(URL)
    told = john.get_by_text("Manager Person has this form open too, since")
    expect(told).to_be_visible()
    mary.get_by_role("link", name="Categories").click()
    expect(told).to_have_count(0)  # as his page asks again, long before her mark would run out
