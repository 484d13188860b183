"""The list of one's own sessions, and ending them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.conftest import PASSWORD
from tests.page import Page
from tests.sessions.conftest import PageAs, cookie_of, is_in
from webapp.activity.tables import activity
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"
ASKED = "/account/step-up?next=/account"
END = re.compile(r'action="(/account/sessions/[^"]+/end)"')


def sign_in_with(app: Flask, member: Member, user_agent: str, address: str) -> Page:
    page = Page(app.test_client())
    page.client.environ_base |= {"HTTP_USER_AGENT": user_agent, "REMOTE_ADDR": address}
    assert page.post("/login", {"email": member.email, "password": PASSWORD}).status == 303
    return page


def ends(page: Page) -> list[str]:
    return END.findall(page.get("/account").html)


def test_each_session_is_shown_with_device_address_and_time(
    app: Flask, cast: dict[str, Member], page_as: PageAs
) -> None:
    sign_in_with(app, cast["staff"], FIREFOX, "203.0.113.7")
    answer = page_as("staff").get("/account")
    part = answer.text.partition("Where you are signed in")[2]
    assert part.index("This one") < part.index("Firefox on Linux")
    assert "203.0.113.7 · last seen" in part
    assert part.count("This one") == 1


def test_nobody_elses_are_shown(page_as: PageAs) -> None:
    page_as("owner")
    page = page_as("staff")
    assert ends(page) == []
    assert "End all others" not in page.get("/account").text


def test_a_hostile_name_of_a_browser_is_harmless(
    app: Flask, cast: dict[str, Member], page_as: PageAs
) -> None:
    sign_in_with(app, cast["staff"], "<script>Firefox</script>\u00ad" * 30, "203.0.113.7")
    assert "<script>Firefox" not in page_as("staff").get("/account").html


def test_ending_one_works_on_its_very_next_request(
    app: Flask, make_app: Callable[..., Flask], cast: dict[str, Member], page_as: PageAs
) -> None:
    stale = sign_in_with(app, cast["staff"], FIREFOX, "203.0.113.7")
    other_worker = Page(make_app().test_client())
    other_worker.client.set_cookie("session", cookie_of(stale))
    page = page_as("staff")
    assert is_in(other_worker)
    (path,) = ends(page)
    page.post(path)
    assert "That device is signed out." in page.get("/account").text
    assert [is_in(one) for one in (stale, other_worker, page)] == [False, False, True]


def test_ending_all_others_leaves_this_one(page_as: PageAs, rows: Callable[[], list[Any]]) -> None:
    owner, first, second, page = (page_as(role) for role in ("owner", "staff", "staff", "staff"))
    answer = page.post("/account/sessions/end-others")
    assert (answer.status, answer.location) == (303, "/account#sessions")
    assert "2 other devices are signed out." in page.get("/account").text
    assert [is_in(one) for one in (owner, first, second, page)] == [True, False, False, True]
    assert len(rows()) == 2


def test_nobody_ends_the_session_of_somebody_else(page_as: PageAs) -> None:
    owner, page = page_as("owner"), page_as("owner")
    (path,) = ends(page)
    staff = page_as("staff")
    assert staff.post(path).status == 303
    assert "signed out already" in staff.get("/account").text
    assert is_in(owner)


@pytest.mark.parametrize("name", ["x", "A" * 32, "0" * 10_000, "%00", "ü", "-", "' OR 1=1 --"])
def test_a_session_that_is_not_there_is_no_error(page_as: PageAs, name: str) -> None:
    page = page_as("staff")
    assert page.post(f"/account/sessions/{name}/end").status == 303
    assert is_in(page)


def test_the_page_gives_away_nothing_to_sign_in_with(
    page_as: PageAs, rows: Callable[[], list[Any]]
) -> None:
    page_as("staff")
    page = page_as("staff")
    html = page.get("/account").html
    assert cookie_of(page) not in html
    assert all(row.id_hash not in html for row in rows())


def test_what_has_run_out_is_not_shown(page_as: PageAs, clock: Clock) -> None:
    page_as("staff")
    clock.advance(minutes=20)
    page = page_as("staff")
    assert len(ends(page)) == 1
    clock.advance(minutes=11)
    assert ends(page) == []


def test_ending_is_in_the_trail_with_what_was_ended(
    page_as: PageAs, app: Flask, cast: dict[str, Member]
) -> None:
    for address in ("203.0.113.7", "203.0.113.8"):
        sign_in_with(app, cast["staff"], FIREFOX, address)
    page = page_as("staff")
    page.post(ends(page)[0])
    sign_in_with(app, cast["staff"], "", "203.0.113.9")
    page.post("/account/sessions/end-others")
    with app.app_context(), db.read() as connection:
        query = select(activity.c.changes).where(activity.c.kind == "session.ended")
        one, others = connection.execute(query.order_by(activity.c.id)).scalars()
    assert json.loads(one) == {"sessions": ["Firefox on Linux, 203.0.113.8", "1 ended"]}
    devices, ended = json.loads(others)["sessions"]
    assert ended == "2 ended"
    assert set(devices.split("; ")) == {
        "Firefox on Linux, 203.0.113.7",
        "Unknown device, 203.0.113.9",
    }


def test_without_a_token_nothing_ends(page_as: PageAs) -> None:
    other, page = page_as("staff"), page_as("staff")
    assert page.client.post("/account/sessions/end-others").status_code == 400
    assert page.client.get("/account/sessions/end-others").status_code == 405
    assert is_in(other)


def test_ending_asks_who_it_is_after_a_while(page_as: PageAs, clock: Clock) -> None:
    page, other = page_as("staff"), page_as("staff")
    paths = [*ends(page), "/account/sessions/end-others"]
    clock.advance(minutes=16)
    for path in paths:
        answer = page.post(path)
        assert answer.status == 401
        assert answer.has("a", href="/account/step-up?next=/")
    shown = page.get("/account")
    assert END.findall(shown.html) == []
    assert shown.has("a", href=ASKED)
    assert is_in(other)
    assert page.post(ASKED, {"password": PASSWORD}).location == "/account"
    page.post(paths[-1])
    assert [is_in(one) for one in (page, other)] == [True, False]
