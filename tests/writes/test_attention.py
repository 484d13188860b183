"""What the frame of every page counts: what its reader may look at, and what is to be decided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from tests.writes.leaving import drain, leave, send_unclear
from webapp.extensions import db
from webapp.people.tables import people

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"


def counted(page: Page) -> tuple[str, str]:
    """Give what the frame says is under way, and what is to be decided."""
    text = page.get("/status").text
    under_way = re.search(r"Under way (\d+)", text)
    to_decide = re.search(r"(\d+) to decide", text)
    return under_way[1] if under_way else "", to_decide[1] if to_decide else ""


@pytest.mark.parametrize("is_held", [True, False])
def test_categories_are_counted_for_those_who_write_them(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, *, is_held: bool
) -> None:
    manager = page_as("manager")
    if is_held:
        leave(manager, copied, app, "/categories/new", name="Tea")
    else:
        send_unclear(manager, copied, "/categories/new", name="Tea")
    assert counted(manager) == ("1", "")
    assert counted(page_as("staff")) == ("", "")
    leave(page_as("staff"), copied, app, EDIT, city="York")
    assert counted(manager) == ("2", "")
    assert counted(page_as("staff")) == ("1", "")


def test_who_only_reads_sees_the_marks_and_no_count(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    leave(page_as("staff"), copied, app, EDIT, city="York")
    viewer = page_as("viewer")
    assert counted(viewer) == ("", "")
    assert viewer.get("/customers").has("span", data_state="held")


def test_what_stopped_is_told_to_whoever_may_decide(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask, cast: dict[str, Member]
) -> None:
    leave(page_as("staff"), copied, app, EDIT, city="York")
    with app.app_context(), db.write() as connection:
        is_staff = people.c.id == cast["staff"].id
        connection.execute(update(people).where(is_staff).values(is_active=False))
    assert counted(page_as("manager")) == ("1", "")
    assert drain(app) == 0
    assert counted(page_as("manager")) == ("1", "1")
    assert counted(page_as("owner")) == ("1", "1")


def test_what_clashed_is_told_to_its_author_and_to_managers(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    leave(page_as("staff"), copied, app, EDIT, city="York")
    leave(page_as("manager"), copied, app, "/customers/1002/edit", city="York")
    for customer_id in (1001, 1002):
        copied.set_customer(customer_id, city="Leeds")
    assert drain(app) == 0
    assert counted(page_as("manager")) == ("2", "2")
    assert counted(page_as("staff")) == ("2", "1")
