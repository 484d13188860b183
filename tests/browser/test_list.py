"""The list in a browser: results while typing, addresses, Back, rows as links."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.browser.conftest import Site, Visitor


def test_results_while_typing(site: Site, visit: Callable[..., Visitor]) -> None:
    site.sandbox.set_customer(1020, name="Žofie Nováková-Ångström")
    site.copy()
    page = visit("viewer").page
    page.goto("/customers")
    page.locator("#search").press_sequentially("novakova angst")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results mark").first).to_have_text("Nováková")
    expect(page).to_have_url(f"{site.url}/customers?q=novakova+angst")
    expect(page.locator("#search")).to_be_focused()


def test_filters_and_sort_stand_in_the_address(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.goto("/customers")
    page.get_by_label("No e-mail").check()
    page.wait_for_url("**/customers?no_email=1")
    page.get_by_label("Sort by").select_option("newest")
    page.wait_for_url("**/customers?sort=newest&no_email=1")
    first = page.locator("tbody tr th").first.inner_text()
    page.reload()
    expect(page.locator("tbody tr th").first).to_have_text(first, use_inner_text=True)
    expect(page.get_by_label("No e-mail")).to_be_checked()


def test_next_and_back(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.goto("/customers")
    first = page.locator("tbody tr th").first.inner_text()
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=**")
    expect(page.locator("tbody tr th").first).not_to_have_text(first)
    page.go_back()
    expect(page.locator("tbody tr th").first).to_have_text(first)


def test_row_leads_to_its_record_and_back_to_the_same_list(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.goto("/customers?sort=town")
    page.wait_for_load_state("networkidle")
    page.locator("tbody tr td").nth(3).click()
    page.wait_for_url("**/customers/1*")
    expect(page.get_by_text("Confirmed by NeroPay just now")).to_be_visible()
    page.get_by_role("link", name="Customers", exact=True).last.click()
    page.wait_for_url("**/customers?sort=town")


def test_nobody_found_offers_to_add(visit: Callable[..., Visitor]) -> None:
    page = visit("staff").page
    page.goto("/customers")
    page.locator("#search").press_sequentially("07700 909999")
    add = page.get_by_role("link", name="Add")
    expect(add).to_have_attribute("href", re.compile("909999"))  # the last of the answers
    add.click()
    expect(page.get_by_label("Phone")).to_have_value("07700 909999")


def test_list_without_javascript(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer", java_script_enabled=False).page
    page.goto("/customers")
    page.get_by_label("No phone").check()
    page.get_by_label("Sort by").select_option("newest")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**sort=newest**no_phone=1**")
    for row in page.locator("tbody tr").all():
        expect(row.locator("td").nth(1)).to_have_text("")


def test_markup_in_a_name_is_shown_as_it_is(site: Site, visit: Callable[..., Visitor]) -> None:
    name = "<img src=x onerror=alert(1)> \u202eevil {{7*7}}"
    site.sandbox.set_customer(1021, name=name)
    site.copy()
    page = visit("viewer").page
    for url in ("/customers?q=onerror", "/customers/1021"):
        page.goto(url)
        expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
        expect(page.get_by_text("⟨202E⟩evil {{7*7}}").first).to_be_visible()
