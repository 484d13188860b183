"""/team/invitations/new and the list of invitations: made, sent, renewed, cancelled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from tests.team.conftest import link_in
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.people.tables import invitations

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Page

NEW = "/team/invitations/new"
JO = {"email": "jo@shop.example", "name": "Jo March", "role": "staff"}


def _rows(app: Flask) -> list[Any]:
    with app.app_context(), db.read() as connection:
        return list(connection.execute(select(invitations).order_by(invitations.c.id)))


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_the_link_is_shown_once_with_a_code_to_scan(
    page_as: Callable[[str], Page], app: Flask, role: str
) -> None:
    page = page_as(role)
    answer = page.post(NEW, JO)
    assert answer.status == 200
    link = link_in(answer)
    assert any(tag["src"].startswith("data:image/svg") for tag in _images(answer))
    assert link not in page.get("/team").html
    row = _rows(app)[0]
    assert (row.email, row.name, row.role) == ("jo@shop.example", "Jo March", "staff")
    assert link.removeprefix("/invitations/") not in str(tuple(row))  # only its hash is kept
    assert "Jo March jo@shop.example Staff Pending" in page.get("/team").text


def test_htmx_gets_the_link_in_the_forms_place(page_as: Callable[[str], Page]) -> None:
    answer = page_as("owner").post(NEW, JO, htmx=True)
    assert re.match(r'<section class="made-link"\s+id="invite"', answer.html.strip())
    assert link_in(answer)


def test_roles_that_are_offered(page_as: Callable[[str], Page]) -> None:
    for role, expected in (
        ("owner", ["viewer", "staff", "manager"]),
        ("manager", ["viewer", "staff"]),
    ):
        page = page_as(role).get(NEW)
        assert [tag["value"] for name, tag in page.reader.tags if name == "option"] == expected


@pytest.mark.parametrize(
    ("who", "role"),
    [("owner", "owner"), ("manager", "manager"), ("manager", "owner"), ("owner", "root"),
     ("owner", ""), ("owner", "staff\x00"), ("owner", "staff" * 2000)],
)  # fmt: skip
def test_roles_that_cannot_be_given(
    page_as: Callable[[str], Page], app: Flask, who: str, role: str
) -> None:
    page = page_as(who)
    for htmx in (False, True):
        answer = page.post(NEW, JO | {"role": role}, htmx=htmx)
        assert answer.status == 422
        assert "Choose a role below your own." in answer.text
        assert answer.form(NEW)["email"] == "jo@shop.example"  # what was typed is kept
    assert _rows(app) == []


@pytest.mark.parametrize(
    "email",
    ["", "jo", "jo@", "jo@shop.example\nBcc: all@shop.example", "jo@shop.example\r\n\r\nhi",
     "jо@shop.example", "ｊｏ@shop.example", "jo\x00@shop.example", "jo@shop.example,x@y.example",
     "j" * 300 + "@shop.example", "jo@[127.0.0.1", "jo\u202e@shop.example", '"a b"@shop.example'],
)  # fmt: skip
def test_addresses_that_get_no_invitation(
    page_as: Callable[[str], Page], app: Flask, email: str
) -> None:
    answer = page_as("owner").post(NEW, JO | {"email": email})
    assert answer.status == 422
    assert _rows(app) == []


@pytest.mark.parametrize(
    "email", ["staff@shop.example", " STAFF@Shop.Example ", "Suspended@shop.example"]
)
def test_an_address_with_an_account(page_as: Callable[[str], Page], email: str, app: Flask) -> None:
    answer = page_as("manager").post(NEW, JO | {"email": email})
    assert answer.status == 422
    assert "There is an account with this address already" in answer.text
    assert _rows(app) == []


def test_an_address_is_invited_once_at_a_time(page_as: Callable[[str], Page], app: Flask) -> None:
    page = page_as("owner")
    page.post(NEW, JO)
    again = page.post(NEW, JO | {"email": "JO@shop.example"})
    assert again.status == 422
    assert "There is an open invitation" in again.text
    assert len(_rows(app)) == 1


def test_names_and_extra_fields(page_as: Callable[[str], Page], app: Flask) -> None:
    page = page_as("owner")
    assert page.post(NEW, JO | {"name": "a\x07b"}).status == 422
    assert page.post(NEW, JO | {"name": "x" * 101}).status == 422
    extra = {"is_active": "1", "id": "1", "invited_by": "2", "expires_at": "2999-01-01"}
    answer = page.post(NEW, JO | {"name": "<b>{{7*7}}\u202e</b>"} | extra)
    assert answer.status == 200
    assert "&lt;b&gt;{{7*7}}⟨202E⟩&lt;/b&gt;" in page.get("/team").html.replace("\u202e", "!")
    assert _rows(app)[0].invited_by == 1


def test_statuses_follow_time_and_cancelling(
    page_as: Callable[[str], Page], app: Flask, clock: Clock
) -> None:
    page = page_as("manager")
    page.post(NEW, JO)
    page.post(NEW, JO | {"email": "kim@shop.example", "name": ""})
    answer = page.post("/team/invitations/2/cancel")
    assert answer.location == "/team#invitations"
    assert "kim@shop.example Staff Cancelled" in page.get("/team").text
    assert page.post("/team/invitations/2/cancel").status == 404
    assert page.post("/team/invitations/2/renew").status == 404
    clock.advance(days=7, minutes=1)
    assert "jo@shop.example Staff Expired" in page_as("manager").get("/team").text


def test_cancelled_by_htmx(page_as: Callable[[str], Page]) -> None:
    page = page_as("manager")
    page.post(NEW, JO)
    answer = page.post("/team/invitations/1/cancel", htmx=True)
    assert answer.html.strip().startswith('<section id="invitations"')
    assert "The invitation for jo@shop.example is cancelled." in answer.text


def test_a_new_link_replaces_the_old_one(
    page_as: Callable[[str], Page], page: Page, clock: Clock, app: Flask
) -> None:
    manager = page_as("manager")
    old = link_in(manager.post(NEW, JO))
    clock.advance(days=8)
    manager = page_as("manager")
    new = link_in(manager.post("/team/invitations/1/renew"))
    assert (page.get(old).status, page.get(new).status) == (404, 200)
    with app.app_context(), db.read() as connection:
        kinds = connection.execute(select(activity.c.kind, activity.c.changes)).all()
    assert {"person.invited", "invitation.renewed"} <= {row.kind for row in kinds}
    assert not any(new.removeprefix("/invitations/") in row.changes for row in kinds)


def test_a_manager_leaves_the_owners_invitations_alone(page_as: Callable[[str], Page]) -> None:
    page_as("owner").post(NEW, JO | {"role": "manager"})
    page = page_as("manager")
    for deed in ("renew", "cancel"):
        assert page.post(f"/team/invitations/1/{deed}").status == 403
        assert page.post(f"/team/invitations/77/{deed}").status == 404
    assert "jo@shop.example Manager Pending" in page.get("/team").text


def test_invitations_of_somebody_suspended_are_void(
    page_as: Callable[[str], Page], page: Page, cast: dict[str, Member]
) -> None:
    link = link_in(page_as("manager").post(NEW, JO))
    owner = page_as("owner")
    owner.post(f"/team/{cast['manager'].id}/suspend")
    assert page.get(link).status == 404
    trail = owner.get("/activity?record=invitation:1")
    assert "Cancelled an invitation" in trail.text
    assert trail.has("a", href="/team#invitation-1")


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_it_is_not_open_to_others(page_as: Callable[[str], Page], role: str, app: Flask) -> None:
    page = page_as(role)
    for htmx in (False, True):
        assert page.get(NEW, htmx=htmx).status == 403
        assert page.post(NEW, JO, htmx=htmx).status == 403
        assert page.post("/team/invitations/1/cancel", htmx=htmx).status == 403
    assert _rows(app) == []


def _images(answer: Any) -> list[dict[str, str]]:
    return [tag for name, tag in answer.reader.tags if name == "img"]
