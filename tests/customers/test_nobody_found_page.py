"""/customers: what the list says of a search that finds nobody, or cannot be read whole."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def test_nobody_found_repeats_the_query_and_offers_to_add(staff: Page) -> None:
    answer = staff.get(f"{URL}?q=Zo%C3%AB+%3Cb%3E")
    assert "No customer matches “Zoë <b>”." in answer.text
    assert answer.has("a", href="/customers/new?q=Zo%C3%AB+%3Cb%3E")


def test_nobody_found_says_no_more_than_was_looked_for(staff: Page) -> None:
    filtered = staff.get(f"{URL}?q=daisy&sort=town&no_phone=1")
    assert "No customer matches “daisy” with these filters." in filtered.text
    assert filtered.has("a", class_="btn btn-primary", href=f"{URL}?q=daisy&sort=town")
    assert filtered.has("a", class_="btn", href="/customers/new?q=daisy")
    letter = staff.get(f"{URL}?q=9")
    assert "No name begins with “9”. Type one more character" in letter.text
    assert letter.has("a", class_="btn", href="/customers/new?q=9")
    part = staff.get(f"{URL}?q=9&added_since=2999-01-01", htmx=True)
    assert part.text.count("No name begins with “9” with these filters.") == 2  # shown and said
    assert "No customer matches these filters." in staff.get(f"{URL}?added_since=2999-01-01").text


@pytest.mark.parametrize("typed", ["23/11/2026", "2026-13-99", "2026-11-23x", "<b>\u202e1"])
def test_a_day_that_is_none_is_left_out_and_says_so(staff: Page, typed: str) -> None:
    shown = typed.replace("\u202e", "⟨202E⟩")
    for htmx in (False, True):
        answer = staff.get(f"{URL}?added_since={quote(typed)}", htmx=htmx)
        assert f"“{shown}” is no date, so “Added since” is left out here." in answer.text
        assert len(re.findall(r'<th scope="row">', answer.html)) == 12
    assert staff.get(f"{URL}?added_since={quote(typed)}").has("input", type="text", value=typed)
    right = staff.get(f"{URL}?added_since=2026-01-01")
    assert "is no date" not in right.text
    assert right.has("input", type="date", value="2026-01-01")
