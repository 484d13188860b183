"""What people may be called: nobody is taken for another, or for what the trail has of nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from tests.conftest import PASSWORD
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people import words
from webapp.people.names import name_key
from webapp.people.service import InvalidPerson, create_person
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page

LIKE_THE_OWNER = (
    *("Owner Person", "owner person", "OWNER PERSON", " Owner  Person ", "OwnerPerson"),
    *("Ówner Përson", "Owner\u00a0Person", "Owner\u200b Person", "O\u00adwner Person\u2800"),
    *("\u202eOwner Person", "Owner\u3164Person"),
    *("\uff2fwner Person", "\U0001d40ewner Person", "Owner Person\ufe0f"),
)  # fmt: skip
OF_NOBODY = ("NeroPay", "nero pay", "Tillside", "Command line", "COMMANDLINE",
             "Not signed in", "Nobody signed in", "N\u00f3t s\u200digned in")  # fmt: skip


def name_of_staff(app: Flask) -> str:
    with app.app_context(), db.read() as connection:
        query = select(people.c.name).where(people.c.email_key == "staff@shop.example")
        return str(connection.execute(query).scalar_one())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (LIKE_THE_OWNER, words.NAME_TAKEN),
        (("Suspended Person",), words.NAME_TAKEN),
        (OF_NOBODY, words.NAME_OF_NOBODY),
    ],
)
def test_a_name_of_another_is_refused_at_the_field(
    page_as: Callable[[str], Page], app: Flask, names: tuple[str, ...], sentence: str
) -> None:
    page = page_as("staff")
    for name in names:
        answer = page.post("/account/name", {"name": name})
        assert answer.status == 422, name
        assert answer.has("input", name="name", aria_invalid="true")
        assert sentence in answer.text
    assert name_of_staff(app) == "Staff Person"


def test_the_own_name_may_be_written_otherwise(page_as: Callable[[str], Page], app: Flask) -> None:
    page = page_as("staff")
    for name in ("staff person", "Stäff Person", "Owner Persons"):
        assert page.post("/account/name", {"name": name}).status == 303
        assert name_of_staff(app) == name


def test_whoever_the_trail_names_without_being_a_person_keeps_that_name(
    page: Page, page_as: Callable[[str], Page], app: Flask
) -> None:
    page.post("/login", {"email": "nobody@shop.example", "password": "wrong"})
    with app.app_context():
        create_person(email="jo@shop.example", name="Jo Ng", role="viewer", password=PASSWORD)
        with db.read() as connection:
            query = select(activity.c.actor_name).where(activity.c.actor_id.is_(None))
            names = set(connection.execute(query).scalars())
    assert names == {"Not signed in", "Command line"}
    for name in names:
        assert page_as("staff").post("/account/name", {"name": name}).status == 422


def test_of_four_at_once_one_gets_the_name(app: Flask) -> None:
    def make(number: int) -> str:
        with app.app_context():
            try:
                create_person(
                    email=f"jo{number}@shop.example", name="Jo Ng", role="viewer", password=PASSWORD
                )
            except InvalidPerson as error:
                return error.fields["name"]
        return ""

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, range(4))) == ["", *[words.NAME_TAKEN] * 3]


@pytest.mark.parametrize(
    ("one", "other"), [("Jo", "Joe"), ("王芳", "王明"), ("Анна", "Инна"), ("Jo 1", "Jo 2")]
)
def test_other_names_are_others(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)
