"""The guard's marks: sessions that must set up a factor, or were not confirmed lately."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from tests.page import Page
from tests.sessions.conftest import PageAs, cookie_of, is_in
from webapp.extensions import db
from webapp.people.models import SessionEnded
from webapp.people.service import Permission, needs_step_up, requires, setup_allowed
from webapp.people.sessions import current_person, go_on_as, keep_only_this, step_up
from webapp.people.tables import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application with two more routes, and two that change a session."""
    app = make_app()

    @app.route("/guarded", methods=["GET", "POST"])
    @needs_step_up
    @requires(Permission.SELF)
    def guarded() -> str:
        return "guarded"

    @app.get("/set-up")
    @requires(Permission.SELF)
    @setup_allowed
    def set_up() -> str:
        return "set up"

    @app.post("/confirm")
    @requires(Permission.SELF)
    def confirm() -> str:
        step_up()
        return "confirmed"

    @app.post("/done")
    @requires(Permission.SELF)
    @setup_allowed
    def done() -> str:
        person = current_person()
        assert person
        with db.write() as connection:
            new_id, ended = keep_only_this(connection, person.id)
        go_on_as(new_id, level="full")
        return f"done, {ended} ended"

    @app.post("/end-and-confirm")
    @requires(Permission.SELF)
    def end_and_confirm() -> str:
        with db.write() as connection:
            connection.execute(sessions.delete())
        with pytest.raises(SessionEnded):
            step_up()
        return "gone"

    return app


@pytest.fixture
def make_setup(app: Flask) -> Callable[[], None]:
    def make() -> None:
        with app.app_context(), db.write() as connection:
            connection.execute(update(sessions).values(level="setup"))

    return make


def test_fifteen_minutes_after_signing_in_it_is_asked_again(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=14)
    assert page.client.get("/guarded").data == b"guarded"
    clock.advance(minutes=2)
    answer = page.get("/guarded?a=1")
    assert (answer.status, answer.location) == (303, "/account/step-up?next=/guarded?a%3D1")
    assert is_in(page)


def test_a_form_is_kept_until_it_is_confirmed(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=16)
    answer = page.post("/guarded", {"name": "Typed"}, Sec_Fetch_Site="same-origin")
    assert answer.status == 401
    assert "Confirm that it is you" in answer.text
    assert "Typed" in answer.text


def test_htmx_is_told_where_to_confirm(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=16)
    answer = page.post("/guarded", htmx=True, HX_Current_URL="http://localhost/team")
    assert (answer.status, answer.html) == (401, "")
    assert answer.location == "/account/step-up?next=/team"


def test_confirming_opens_it_under_a_new_id(page_as: PageAs, clock: Clock, app: Flask) -> None:
    page = page_as("staff")
    clock.advance(minutes=16)
    thief = Page(app.test_client())
    thief.client.set_cookie("session", cookie_of(page))
    assert page.client.post("/confirm", data={"csrf_token": page.csrf_token()}).data == b"confirmed"
    assert page.client.get("/guarded").data == b"guarded"
    assert not is_in(thief)


def test_a_session_that_ended_meanwhile_is_not_confirmed(page_as: PageAs) -> None:
    page = page_as("staff")
    page.client.post("/end-and-confirm", data={"csrf_token": page.csrf_token()})
    assert not is_in(page)


@pytest.mark.parametrize("path", ["/", "/customers", "/guarded", "/account"])
def test_a_factor_has_to_be_set_up_before_anything_else(
    page_as: PageAs, make_setup: Callable[[], None], path: str
) -> None:
    page = page_as("owner")
    make_setup()
    answer = page.get(path)
    assert (answer.status, answer.location) == (303, f"/account/second-factor?next={path}")


def test_setting_it_up_and_signing_out_are_possible(
    page_as: PageAs, make_setup: Callable[[], None]
) -> None:
    page = page_as("owner")
    token = page.csrf_token()
    make_setup()
    assert page.client.get("/set-up").data == b"set up"
    assert page.client.get("/session").status_code == 200
    assert page.post("/logout", {"csrf_token": token}).location == "/login"


def test_after_it_everything_is_open_under_a_new_id(
    page_as: PageAs, make_setup: Callable[[], None], rows: Callable[[], list[Any]]
) -> None:
    page = page_as("owner")
    token, before = page.csrf_token(), cookie_of(page)
    make_setup()
    assert page.client.post("/done", data={"csrf_token": token}).data == b"done, 0 ended"
    assert is_in(page)
    assert cookie_of(page) != before
    assert [row.level for row in rows()] == ["full"]


def test_a_locked_session_is_asked_for_the_password_first(
    page_as: PageAs, make_setup: Callable[[], None]
) -> None:
    page = page_as("owner")
    page.post("/lock")
    make_setup()
    assert page.get("/set-up").location == "/lock?next=/set-up"
