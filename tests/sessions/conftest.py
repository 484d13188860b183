"""What the tests of sessions ask for: looks into the table, and a page that is not ours to see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest
from sqlalchemy import select

from webapp.extensions import db
from webapp.people.tables import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page


class PageAs(Protocol):
    """What the fixture `page_as` gives."""

    def __call__(self, role: str) -> Page: ...


@pytest.fixture
def rows(app: Flask) -> Callable[[], list[Any]]:
    """Reads the table of sessions."""

    def read() -> list[Any]:
        with app.app_context(), db.read() as connection:
            return list(connection.execute(select(sessions).order_by(sessions.c.created_at)))

    return read


def cookie_of(page: Page) -> str:
    cookie = page.client.get_cookie("session")
    assert cookie
    return cookie.value


def is_in(page: Page) -> bool:
    return page.client.get("/customers").status_code == 200
