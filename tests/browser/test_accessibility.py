"""axe-core finds nothing on any page, light or dark, wide or narrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.conftest import Visitor

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES: dict[
    Literal["dark", "light"], dict[str, Any]
] = {  # dark, nothing is different but the colours
    "dark": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]},
    "light": {"type": "tag", "values": STANDARD},
}
PAGES = (
    "/",
    "/customers",
    "/customers?q=0900",
    "/customers?q=nobodyatall",
    "/customers/1001",
    "/customers/new",
    "/customers/1001/edit",
    "/customers/sync",
    "/categories",
    "/categories/new",
    "/categories/20/delete",
    "/account",
    "/no-such-page",
)


def complaints(page: Page) -> list[str]:
    """What axe-core says about the page that is open, light and dark."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    said: list[str] = []
    for scheme, rules in RULES.items():
        page.emulate_media(color_scheme=scheme)
        found: dict[str, Any] = page.evaluate(
            "only => axe.run({runOnly: only, preload: false})", rules
        )
        said += [
            f"{page.url} {scheme} {violation['id']}: {node['html'][:200]} "
            + node["failureSummary"][:300]
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
    return said


@pytest.mark.parametrize("width", [360, 1280])
def test_pages(visit: Callable[..., Visitor], width: int) -> None:
    page = visit("owner", viewport={"width": width, "height": 800}).page
    found: list[str] = []
    for url in PAGES:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        found += complaints(page)
    assert found == []


def test_forms_with_errors_and_open_rows(visit: Callable[..., Visitor]) -> None:
    page = visit("owner").page
    page.goto("/customers/new")
    page.get_by_role("button", name="Save customer").click()
    page.wait_for_selector("[data-form-errors]")
    found = complaints(page)
    page.goto("/customers")
    page.locator("tbody tr").first.get_by_role("link", name="Edit").click()
    page.wait_for_selector("tr.is-editing")
    found += complaints(page)
    page.goto("/categories")
    page.locator("tbody tr").first.get_by_role("link", name="Delete").click()
    page.wait_for_selector("tr.is-editing")
    found += complaints(page)
    assert found == []


def test_sign_in(visit: Callable[..., Visitor]) -> None:
    page = visit("viewer").page
    page.context.clear_cookies()
    page.goto("/login")
    assert complaints(page) == []


def test_nothing_scrolls_sideways_when_narrow_or_zoomed(visit: Callable[..., Visitor]) -> None:
    page = visit("owner", viewport={"width": 320, "height": 640}).page  # 1280 px at 400 %
    for url in PAGES:
        page.goto(url)
        wider = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wider <= 0, f"{url} is {wider} px too wide"
