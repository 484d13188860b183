"""The record changes once more while a person chooses: what they typed is still there to choose."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/edit"
RESOLVE = "/customers/1001/resolve"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def clash(staff: Page, copied: Sandbox) -> Answer:
    """Staff typed Swansea for Cardiff, and meanwhile it became Newport."""
    form = {**staff.get(URL).form(URL), "city": "Swansea"}
    copied.set_customer(1001, city="Newport")
    return staff.post(URL, form)


def sides(answer: Answer) -> list[str]:
    """Give what can be chosen, in its order."""
    values = re.findall(r'class="clash-value">([^<]*)', answer.html)
    radios = [
        str(found["value"]) for _, found in answer.reader.tags if found.get("type") == "radio"
    ]
    assert len(values) == len(radios)
    return [f"{radio} {value}" for radio, value in zip(radios, values, strict=True)]


def test_what_was_typed_outlives_another_choice(
    staff: Page, copied: Sandbox, clash: Answer
) -> None:
    copied.set_customer(1001, city="Barry")
    again = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": "before"})
    assert again.status == 409
    assert sides(again) == ["mine Swansea", "theirs Barry", "before Cardiff"]
    assert "keep_city" not in again.form(RESOLVE), "nothing is overwritten by a quick press"
    copied.set_customer(1001, city="Neath")
    third = staff.post(RESOLVE, {**again.form(RESOLVE), "keep_city": "before"})
    assert sides(third) == ["mine Swansea", "theirs Neath", "before Cardiff"]
    saved = staff.post(RESOLVE, {**third.form(RESOLVE), "keep_city": "mine"})
    assert saved.status == 303
    customer = copied.get_customer(1001)
    assert customer
    assert customer["city"] == "Swansea"


def test_the_same_is_not_offered_twice(staff: Page, copied: Sandbox, clash: Answer) -> None:
    copied.set_customer(1001, city="Swansea")  # as it was typed
    again = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": "before"})
    assert sides(again) == ["theirs Swansea", "before Cardiff"]
    copied.set_customer(1001, city="Cardiff")  # as it was to begin with
    again = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_city": "mine"})
    assert sides(again) == ["mine Swansea", "theirs Cardiff"]


def test_a_choice_that_our_rules_do_not_take_is_typed_over(staff: Page, copied: Sandbox) -> None:
    copied.set_customer(1001, email="no address")
    staff.get("/customers/1001/refresh")
    form = {**staff.get(URL).form(URL), "email": "daisy@example.com"}
    copied.set_customer(1001, email="other@example.com")
    clash = staff.post(URL, form)
    wrong = staff.post(RESOLVE, {**clash.form(RESOLVE), "keep_email": "before"})
    copied.set_customer(1001, email="third@example.com")
    again = staff.post(URL, {**wrong.form(URL), "email": "corrected@example.com"})
    assert sides(again)[0] == "mine corrected@example.com", "what was typed last"


def test_it_says_whose_record_it_is(staff: Page, copied: Sandbox, clash: Answer) -> None:
    assert "<strong>Daisy Thomas</strong>" in clash.html
    form = {**staff.get(URL).form(URL), "city": "Swansea"}
    copied.set_customer(1001, city="Barry")
    row = staff.post(URL, form, htmx=True, HX_Target="tr#customer-1001")
    assert row.status == 409
    assert "<strong>Daisy Thomas</strong>" in row.html
