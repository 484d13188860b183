"""Where somebody was when they did something: for themself, and for who may see everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.activity.conftest import Append
    from tests.page import Page
    from webapp.activity.service import Actor

STAFFS = "192.0.2.7"
PLACES = ("/activity", "/customers/1001")


@pytest.fixture(autouse=True)
def _entry(copied: object, append: Append, actors: dict[str, Actor]) -> None:
    append(by=actors["staff"], label="Jane", changes={"city": ("Leeds", "York")})


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("role", "is_told"), [("owner", True), ("manager", True), ("staff", True), ("viewer", False)]
)
def test_who_is_told(page_as: Callable[[str], Page], place: str, role: str, is_told: bool) -> None:
    answer = page_as(role).get(place)
    assert "Staff Person" in answer.text
    assert (STAFFS in answer.text) is is_told


@pytest.mark.parametrize("place", PLACES)
def test_staff_are_not_told_of_each_other(
    page_as: Callable[[str], Page], append: Append, actors: dict[str, Actor], place: str
) -> None:
    by = type(actors["manager"])(actors["manager"].person_id, "Manager Person", "198.51.100.4")
    append(by=by, label="Jane", changes={"city": ("York", "Hull")})
    text = page_as("staff").get(place).text
    assert "Manager Person" in text
    assert "198.51.100.4" not in text
