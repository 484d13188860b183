"""What a session keeps to say on the next page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import flash

from webapp.people.service import Permission, requires

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from flask import Flask

    from tests.sessions.conftest import PageAs


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application with a route that has something to say."""
    app = make_app()

    @app.get("/say/<text>")
    @requires(Permission.SELF)
    def say(text: str) -> str:
        flash(text, "status")
        return "said"

    return app


def test_they_are_shown_once_and_in_order(page_as: PageAs) -> None:
    person = page_as("viewer")
    for text in ("first thing", "second thing"):
        person.client.get(f"/say/{text}")
    shown = person.get("/account").text
    assert 0 < shown.index("first thing") < shown.index("second thing")
    assert "first thing" not in person.get("/account").text


def test_unread_ones_do_not_pile_up(page_as: PageAs, rows: Callable[[], list[Any]]) -> None:
    """As they would for a program that sends forms and never looks at a page."""
    person = page_as("viewer")
    for number in range(10):
        person.client.get(f"/say/message {number:03}")
    size = len(rows()[0].data)
    for number in range(10, 40):
        person.client.get(f"/say/message {number:03}")
    assert len(rows()[0].data) == size
    shown = person.get("/account").text
    assert "message 039" in shown
    assert "message 029" not in shown
