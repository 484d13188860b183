"""Sessions: how they begin, what keeps them alive, and everything that ends them."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

import pytest
from flask import flash, get_flashed_messages
from sqlalchemy import select, text, update

from tests.conftest import PASSWORD
from tests.page import Page
from webapp.extensions import db
from webapp.people import service, upkeep
from webapp.people.tables import people, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member

PageAs = Any  # Callable[[str], Page]; a fixture


def is_in(page: Page, url: str = "/records/self") -> bool:
    return page.client.get(url).status_code == 200


def id_of(page: Page) -> str:
    cookie = page.client.get_cookie("session")
    assert cookie
    return cookie.value


def rows(app: Flask) -> list[Any]:
    with app.app_context(), db.read() as connection:
        return list(connection.execute(select(sessions)))


def change(app: Flask, **values: object) -> None:
    with app.app_context(), db.write() as connection:
        connection.execute(update(people).values(**values))


def test_only_the_hash_of_a_long_random_id_is_stored(page_as: PageAs, app: Flask) -> None:
    page = page_as("staff")
    (row,) = rows(app)
    assert len(id_of(page)) == 43
    assert row.id_hash == hashlib.sha256(id_of(page).encode()).hexdigest()


def test_each_sign_in_has_a_new_id_and_a_new_token(
    page_as: PageAs, app: Flask, cast: dict[str, Member]
) -> None:
    page = page_as("staff")
    old_id, old_token = id_of(page), page.csrf_token()
    page.post("/login", {"email": cast["staff"].email, "password": PASSWORD})
    assert id_of(page) != old_id
    assert page.client.post("/records/self", data={"csrf_token": old_token}).status_code == 400
    assert page.client.post("/records/self", data={"csrf_token": page.csrf_token()}).data == b"self"
    assert len(rows(app)) == 1


def test_an_id_chosen_by_somebody_else_is_not_taken_over(
    page: Page, cast: dict[str, Member]
) -> None:
    planted = "A" * 43
    page.client.set_cookie("session", planted)
    page.post("/login", {"email": cast["staff"].email, "password": PASSWORD})
    assert id_of(page) != planted
    assert is_in(page)


SECURE: Any = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/login"}}


def test_cookies_in_development(page: Page, cast: dict[str, Member]) -> None:
    visitors = page.get("/login").response.headers["Set-Cookie"]
    fields = {"email": cast["staff"].email, "password": PASSWORD}
    signed_in = page.post("/login", fields).response.headers["Set-Cookie"]
    for cookie in (visitors, signed_in):
        assert cookie.startswith("session=")
        assert cookie.endswith("; HttpOnly; Path=/; SameSite=Lax")


def test_cookies_in_production(make_app: Callable[..., Flask], cast: dict[str, Member]) -> None:
    client = make_app(app_env="production").test_client()
    shown = client.get("/login", **SECURE)
    token = re.search(r'name="csrf_token"\s+value="([^"]+)"', shown.text)
    assert token
    fields = {"csrf_token": token[1], "email": cast["staff"].email, "password": PASSWORD}
    signed_in = client.post("/login", data=fields, **SECURE)
    assert signed_in.status_code == 303
    for answer in (shown, signed_in):
        (cookie,) = answer.headers.getlist("Set-Cookie")
        assert cookie.startswith("__Host-session=")
        assert cookie.endswith("; Secure; HttpOnly; Path=/; SameSite=Lax")


def test_without_the_prefix_a_cookie_counts_nothing_in_production(
    make_app: Callable[..., Flask], app: Flask, page_as: PageAs
) -> None:
    value = id_of(page_as("staff"))
    client = make_app(app_env="production").test_client()
    client.set_cookie("session", value, domain="localhost")
    assert client.get("/records/self", **SECURE).status_code == 303
    client.set_cookie("__Host-session", value, secure=True, domain="localhost")
    assert client.get("/records/self", **SECURE).status_code == 200


def test_visitors_leave_nothing_in_the_database(page: Page, app: Flask) -> None:
    page.get("/login")
    assert "." in id_of(page)
    assert rows(app) == []


@pytest.mark.parametrize(
    "cookie", ["", "x", "A" * 43, "A" * 42, "a.b.c", "." * 43, "e30.x.y", "\u00e9" * 43, "A" * 8000,
               "eyJfcGVybWFuZW50Ijp0cnVlfQ.ZZZZZZ.AAAAAAAAAAAAAAAAAAAAAAAAAAA", '"' * 20]
)  # fmt: skip
def test_forged_and_cut_cookies_are_visitors(page: Page, cookie: str) -> None:
    answer = page.client.get("/records/self", headers={"Cookie": f"session={cookie}"})
    assert answer.status_code == 303


def test_a_cut_cookie_of_ours_is_a_visitor(page_as: PageAs, page: Page) -> None:
    page.get("/login")
    signed_in, visitor = id_of(page_as("staff")), id_of(page)
    for value in (signed_in[:-1], signed_in + "A", visitor[:-1], visitor + "."):
        assert (
            page.client.get("/records/self", headers={"Cookie": f"session={value}"}).status_code
            == 303
        )


def test_idle_for_half_an_hour_ends_it(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    clock.advance(minutes=29)
    assert is_in(page)
    clock.advance(minutes=29)
    assert is_in(page)
    clock.advance(minutes=31)
    assert not is_in(page)


def test_polling_does_not_keep_it_alive(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    for _ in range(2):
        clock.advance(minutes=14)
        assert is_in(page, "/records/polled")
        page.client.get("/records/self", headers={"X-Polling": "true"})
    clock.advance(minutes=3)
    assert not is_in(page, "/records/polled")


def test_twelve_hours_end_it_however_busy(page_as: PageAs, clock: Clock) -> None:
    page = page_as("staff")
    for _ in range(35):
        clock.advance(minutes=20)
        assert is_in(page)
    clock.advance(minutes=21)
    assert not is_in(page)


def test_use_is_noted_once_a_minute(page_as: PageAs, clock: Clock, app: Flask) -> None:
    page = page_as("staff")
    (before,) = rows(app)
    clock.advance(seconds=30)
    is_in(page)
    assert rows(app)[0].seen_at == before.seen_at
    clock.advance(seconds=31)
    is_in(page)
    assert rows(app)[0].seen_at > before.seen_at


@pytest.mark.parametrize("values", [{"is_active": False}, {"role": "viewer"}, {"role": "owner"}])
def test_suspension_and_a_new_role_end_it_everywhere(
    page_as: PageAs, app: Flask, make_app: Callable[..., Flask], values: dict[str, object]
) -> None:
    page = page_as("staff")
    other_worker = make_app().test_client()
    other_worker.set_cookie("session", id_of(page))
    assert other_worker.get("/records/self").status_code == 200
    change(app, **values)
    assert other_worker.get("/records/self").status_code == 303
    assert not is_in(page)


def test_a_session_older_than_the_password_is_over(
    page_as: PageAs, app: Flask, clock: Clock
) -> None:
    page = page_as("staff")
    clock.advance(seconds=1)
    change(app, password_changed_at=clock())
    assert not is_in(page)


def test_messages_wait_in_the_session(page_as: PageAs, app: Flask) -> None:
    @app.get("/say")
    @service.public
    def say() -> str:
        flash("Saved ☕", "success")
        return "said"

    @app.get("/hear")
    @service.public
    def hear() -> list[Any]:
        return [*get_flashed_messages()]

    page = page_as("staff")
    page.client.get("/say")
    assert page.client.get("/hear").json == ["Saved ☕"]
    assert page.client.get("/hear").json == []
    assert is_in(page)


def test_without_a_database_nobody_is_signed_out(page_as: PageAs, app: Flask) -> None:
    page = page_as("staff")
    with app.app_context(), db.write() as connection:
        connection.execute(text("ALTER TABLE sessions RENAME TO gone"))
    answer = page.client.get("/records/self")
    assert answer.status_code == 503
    assert "Set-Cookie" not in answer.headers
    assert page.client.get("/records/public").status_code == 200
    assert "Set-Cookie" not in page.client.get("/login").headers
    with app.app_context(), db.write() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO sessions"))
    assert is_in(page)


def test_purge_takes_what_has_run_out(page_as: PageAs, app: Flask, clock: Clock) -> None:
    page_as("staff")
    clock.advance(minutes=20)
    page = page_as("owner")
    clock.advance(minutes=11)
    with app.app_context():
        assert upkeep.purge(clock()) == 1
    assert len(rows(app)) == 1
    assert is_in(page)
