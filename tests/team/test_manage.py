"""/team/<id> and what is posted below it: roles, suspension, sign-out, second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from tests.team.conftest import link_in
from webapp.activity.service import verify
from webapp.activity.tables import activity
from webapp.clock import now
from webapp.extensions import db
from webapp.people.tables import people, second_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page

DEEDS = ("role", "suspend", "reactivate", "sign-out", "second-factor", "password-link")


def _row(app: Flask, person_id: int) -> Any:
    with app.app_context(), db.read() as connection:
        return connection.execute(select(people).where(people.c.id == person_id)).one()


def _kinds(app: Flask, person_id: int) -> list[tuple[str, str]]:
    query = (
        select(activity.c.kind, activity.c.actor_name)
        .where(activity.c.record_type == "person", activity.c.record_id == str(person_id))
        .order_by(activity.c.id)
    )
    with app.app_context(), db.read() as connection:
        assert verify().ok
        return [(row.kind, row.actor_name) for row in connection.execute(query)]


def test_what_can_be_done_about_somebody(
    page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    page, staff = page_as("owner"), cast["staff"].id
    whole, part = page.get(f"/team/{staff}"), page.get(f"/team/{staff}", htmx=True)
    assert part.html.strip().startswith(f'<tr id="person-{staff}"')
    for answer in (whole, part):
        assert "Suspend Staff Person" in answer.text
        assert "Reset the second factor" not in answer.text  # there is none
        offered = [tag["value"] for name, tag in answer.reader.tags if name == "option"]
        assert offered == ["viewer", "staff", "manager"]


def test_a_role_is_changed_and_works_on_the_next_request(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    owner, manager = page_as("owner"), page_as("manager")
    assert manager.get("/team").status == 200
    answer = owner.post(f"/team/{cast['manager'].id}/role", {"role": "staff"})
    assert (answer.status, answer.location) == (303, f"/team#person-{cast['manager'].id}")
    assert manager.get("/team").location == "/login?next=/team"
    assert page_as("manager").get("/team").status == 403
    assert _row(app, cast["manager"].id).role == "staff"
    assert ("person.role_changed", "Owner Person") in _kinds(app, cast["manager"].id)
    assert "Manager Person is staff now" in owner.get("/team").text


def test_the_role_that_somebody_has_changes_nothing(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    owner, staff = page_as("owner"), page_as("staff")
    owner.post(f"/team/{cast['staff'].id}/role", {"role": "staff"})
    assert "Staff Person is staff already. Nothing has changed." in owner.get("/team").text
    assert staff.get("/customers").status == 200
    assert ("person.role_changed", "Owner Person") not in _kinds(app, cast["staff"].id)


def test_htmx_gets_the_list_with_the_row_marked(
    page_as: Callable[[str], Page], cast: dict[str, Member]
) -> None:
    viewer = cast["viewer"].id
    answer = page_as("owner").post(f"/team/{viewer}/role", {"role": "staff"}, htmx=True)
    assert answer.has("tr", id=f"person-{viewer}", class_="is-marked")
    assert "Viewer Person is staff now" in answer.text


@pytest.mark.parametrize("role", ["owner", "", "root", "Staff", "staff ", "staff\x00", "x" * 9000])
def test_roles_that_cannot_be_given(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member], role: str
) -> None:
    page, viewer = page_as("owner"), cast["viewer"].id
    for htmx in (False, True):
        answer = page.post(f"/team/{viewer}/role", {"role": role}, htmx=htmx)
        assert answer.status == 422
        assert "Choose a role below your own." in answer.text
    assert answer.response.headers["HX-Retarget"] == f"#person-{viewer}"
    assert _row(app, viewer).role == "viewer"


def test_a_manager_makes_no_managers(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    answer = page_as("manager").post(f"/team/{cast['staff'].id}/role", {"role": "manager"})
    assert answer.status == 422
    assert _row(app, cast["staff"].id).role == "staff"


def test_extra_fields_change_nothing(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    staff = cast["staff"].id
    extra = {"is_active": "0", "id": str(cast["owner"].id), "person_id": "1", "email": "x@y.z"}
    page_as("manager").post(f"/team/{staff}/role", {"role": "viewer", **extra})
    row = _row(app, staff)
    assert (row.role, row.is_active, row.email) == ("viewer", True, "staff@shop.example")
    assert _row(app, cast["owner"].id).is_active


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(
    ("who", "whom"),
    [("manager", "owner"), ("manager", "manager"), ("owner", "owner"), ("staff", "viewer")],
)
def test_nobody_reaches_up_nor_themselves(  # noqa: PLR0917  # pytest gives them by name
    page_as: Callable[[str], Page],
    app: Flask,
    cast: dict[str, Member],
    who: str,
    whom: str,
    deed: str,
) -> None:
    page, before = page_as(who), _row(app, cast[whom].id)
    for htmx in (False, True):
        answer = page.post(f"/team/{cast[whom].id}/{deed}", {"role": "viewer"}, htmx=htmx)
        assert answer.status == 403
        assert page.get(f"/team/{cast[whom].id}", htmx=htmx).status == 403
    after = _row(app, cast[whom].id)
    assert (after.role, after.is_active) == (before.role, before.is_active)
    assert page.get("/account").status == 200


def test_suspended_means_out_at_once(
    page_as: Callable[[str], Page], page: Page, app: Flask, cast: dict[str, Member]
) -> None:
    manager, staff = page_as("manager"), page_as("staff")
    manager.post(f"/team/{cast['staff'].id}/suspend")
    assert staff.get("/customers").location.startswith("/login")
    assert staff.get("/customers", htmx=True).status == 401
    fields = {"email": cast["staff"].email, "password": cast["staff"].password}
    assert page.post("/login", fields).status == 422
    assert ("person.suspended", "Manager Person") in _kinds(app, cast["staff"].id)
    manager.post(f"/team/{cast['staff'].id}/suspend")  # twice is once
    manager.post(f"/team/{cast['staff'].id}/reactivate")
    assert page.post("/login", fields).status == 303
    kinds = [kind for kind, _ in _kinds(app, cast["staff"].id) if kind.startswith("person.")]
    assert kinds == ["person.suspended", "person.reactivated"]


def test_a_suspended_manager_stops_in_the_middle(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    manager = page_as("manager")
    page_as("owner").post(f"/team/{cast['manager'].id}/suspend")
    assert manager.post(f"/team/{cast['viewer'].id}/suspend", {"csrf_token": "x"}).status == 401
    assert _row(app, cast["viewer"].id).is_active


def test_signed_out_everywhere(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    first, second, manager = page_as("viewer"), page_as("viewer"), page_as("manager")
    link = link_in(manager.post(f"/team/{cast['viewer'].id}/password-link"))
    half: dict[str, object] = {"token_hash": "x", "person_id": cast["viewer"].id}
    with app.app_context(), db.write() as connection:
        half["created_at"] = now()
        connection.execute(second_steps.insert().values(half))
    manager.post(f"/team/{cast['viewer'].id}/sign-out")
    assert manager.get(link).status == 404
    with app.app_context(), db.read() as connection:
        assert connection.execute(select(second_steps)).all() == []
    assert first.get("/customers").status == second.get("/customers").status == 303
    assert page_as("viewer").get("/customers").status == 200
    assert ("person.signed_out", "Manager Person") in _kinds(app, cast["viewer"].id)


def test_a_lost_second_factor_is_taken_away(
    page_as: Callable[[str], Page], app: Flask, cast: dict[str, Member]
) -> None:
    staff, signed_in = cast["staff"].id, page_as("staff")
    with app.app_context(), db.write() as connection:
        values = {"totp_seed": "sealed", "totp_confirmed_at": now()}
        connection.execute(update(people).where(people.c.id == staff).values(values))
    page = page_as("manager")
    assert "Staff Active" in page.get("/team").text
    assert "Reset the second factor" in page.get(f"/team/{staff}").text
    assert page.post(f"/team/{staff}/second-factor").status == 303
    assert signed_in.get("/customers").status == 303
    assert _row(app, staff).totp_seed is None
    assert ("factor.reset", "Manager Person") in _kinds(app, staff)


@pytest.mark.parametrize("person_id", ["999", "0", "2147483647"])
@pytest.mark.parametrize("htmx", [False, True])
def test_nobody_there(page_as: Callable[[str], Page], person_id: str, htmx: bool) -> None:
    page = page_as("owner")
    assert page.get(f"/team/{person_id}", htmx=htmx).status == 404
    for deed in DEEDS:
        fields = {"role": "staff"}
        assert page.post(f"/team/{person_id}/{deed}", fields, htmx=htmx).status == 404


@pytest.mark.parametrize("person_id", ["2147483648", "9" * 4000, "-1", "1.0", "%00"])
def test_what_is_no_id_is_no_page(page_as: Callable[[str], Page], person_id: str) -> None:
    assert page_as("owner").get(f"/team/{person_id}").status == 404
