"""How many invitations are listed, and how long they are kept."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select

from webapp.extensions import db
from webapp.people import upkeep
from webapp.people.tables import invitations
from webapp.people.team.invitations import MOST_CLOSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page


@pytest.fixture
def add(app: Flask, clock: Clock) -> Callable[..., None]:
    """Adds invitations as rows, all of them with some columns as given."""

    def insert_rows(*names: str, **columns: Any) -> None:
        rows = [
            {
                "token_hash": name,
                "email": f"{name}@shop.example",
                "email_key": f"{name}@shop.example",
                "name": name,
                "role": "staff",
                "created_at": clock(),
                "expires_at": clock() + timedelta(days=7),
                **columns,
            }
            for name in names
        ]
        with app.app_context(), db.write() as connection:
            connection.execute(insert(invitations), rows)

    return insert_rows


def listed(page: Page) -> list[str]:
    part = page.get("/team").html.partition('<section id="invitations"')[2]
    return re.findall(r'<span class="member-email">([^<@]+)@', part)


def test_open_ones_stand_first_however_many_came_after(
    page_as: Callable[[str], Page], add: Callable[..., None], clock: Clock
) -> None:
    owner = page_as("owner")
    add(*(f"open{number}" for number in range(103)))
    add("expired", expires_at=clock() - timedelta(days=1))
    add(*(f"used{number}" for number in range(MOST_CLOSED - 1)), used_at=clock())
    assert "the newest 100 are shown" not in owner.get("/team").text
    add("cancelled", "again", cancelled_at=clock())
    names = listed(owner)
    assert names[:3] == ["expired", "open102", "open101"]
    assert names[103:106] == ["open0", "again", "cancelled"]
    assert (len(names), names[-1]) == (204, "used1")
    assert "the newest 100 are shown" in owner.get("/team").text


def test_they_go_a_year_after_they_were_over(
    app: Flask, add: Callable[..., None], clock: Clock
) -> None:
    year = timedelta(days=365)
    add("used", used_at=clock() - year)
    add("cancelled", cancelled_at=clock() - year)
    add("expired", expires_at=clock() - year)
    add("used later", used_at=clock() - year + timedelta(seconds=1), expires_at=clock() - year)
    add("open")
    with app.app_context():
        upkeep.purge(clock())
        with db.read() as connection:
            left = list(connection.execute(select(invitations.c.name)).scalars())
    assert left == ["used later", "open"]
