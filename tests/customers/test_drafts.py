"""What was typed and not saved: kept for its author alone, offered back, gone once it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from tests.writes.leaving import drain, leave
from webapp.activity.service import Actor
from webapp.customers import service
from webapp.customers.draft_table import drafts
from webapp.extensions import db
from webapp.people.tables import people
from webapp.writes.service import settle_due
from webapp.writes.waiting import send_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from sqlalchemy import Row

    from tests.conftest import Clock, Member
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

EDIT, NEW = "/customers/1001/edit", "/customers/new"
WRITES = {EDIT: "PATCH", NEW: "POST"}
DRAFT, NEW_DRAFT = "/customers/1001/draft", "/customers/new/draft"
OFFER = "and did not save it"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def typed(page: Page, url: str, **values: str) -> dict[str, str]:
    """Type into a form, and let it send itself as it does while one types."""
    fields = {**page.get(url).form(url), **values}
    answer = page.post(DRAFT if url == EDIT else NEW_DRAFT, fields, htmx=True)
    assert (answer.status, answer.html) == (204, "")
    return fields


def again(page: Page, url: str) -> Answer:
    offer = page.get(url)
    assert OFFER in offer.text
    assert offer.has("a", href=f"{url}?draft=1")
    return page.get(f"{url}?draft=1")


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_it_is_offered_back_on_any_browser(
    staff: Page, page_as: Callable[[str], Page], copied: Sandbox, url: str
) -> None:
    typed(staff, url, name="Zoë Ünfinished", city="York")
    elsewhere = page_as("staff")
    assert elsewhere.get(url).form(url).get("name") != "Zoë Ünfinished"
    form = again(elsewhere, url).form(url)
    assert (form["name"], form["city"]) == ("Zoë Ünfinished", "York")
    assert [effect for effect in copied.ledger() if effect["method"] != "GET"] == []


def test_it_is_nobody_elses(staff: Page, page_as: Callable[[str], Page]) -> None:
    typed(staff, EDIT, city="York")
    manager = page_as("manager")
    assert OFFER not in manager.get(EDIT).text
    assert "York" not in manager.get(f"{EDIT}?draft=1").html


def test_it_is_one_records(staff: Page) -> None:
    typed(staff, EDIT, city="York")
    assert OFFER not in staff.get(NEW).text
    assert OFFER not in staff.get("/customers/1002/edit").text


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_it_is_gone_once_saved(staff: Page, url: str) -> None:
    fields = typed(staff, url, name="Finished Person")
    assert staff.post(url, fields).status == 303
    assert OFFER not in staff.get(url).text
    staff.post(DRAFT if url == EDIT else NEW_DRAFT, fields, htmx=True)  # the last one was late
    assert OFFER not in staff.get(url).text


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_it_is_gone_once_it_waits_for_neropay(staff: Page, copied: Sandbox, url: str) -> None:
    fields = typed(staff, url, name="Patient Person")
    copied.fault(action="status", status=503, times=0)
    assert staff.post(url, {**fields, "hold": "1"}).status == 303
    staff.post(DRAFT if url == EDIT else NEW_DRAFT, fields, htmx=True)
    assert OFFER not in staff.get(url).text


def test_what_settles_late_takes_no_newer_one_away(
    app: Flask, staff: Page, copied: Sandbox, clock: Clock
) -> None:
    copied.fault(action="reset", when="after", times=0)
    fields = typed(staff, NEW, name="First Person")
    assert staff.post(NEW, fields).location.startswith("/writes/")
    clock.advance(seconds=30)
    typed(staff, NEW, name="Second Person")
    copied.clear_faults()
    clock.advance(minutes=1)
    with app.app_context():
        assert settle_due() == 1
    assert again(staff, NEW).form(NEW)["name"] == "Second Person"


@pytest.mark.parametrize("has_answer", [True, False])
@pytest.mark.parametrize("url", [EDIT, NEW])
def test_what_waited_takes_no_newer_one_away_as_it_leaves(
    app: Flask, staff: Page, copied: Sandbox, clock: Clock, *, url: str, has_answer: bool
) -> None:
    fields = typed(staff, url, name="First Person")
    copied.fault(action="status", status=503, times=0)
    assert staff.post(url, {**fields, "hold": "1"}).status == 303
    clock.advance(minutes=5)
    typed(staff, url, name="Second Person")
    copied.clear_faults()
    if not has_answer:
        copied.fault(action="reset", when="after", times=0, match={"method": WRITES[url]})
    clock.advance(minutes=5)
    with app.app_context():
        assert send_held(lambda _: None) == 1
        copied.clear_faults()
        clock.advance(minutes=5)
        assert settle_due(pause=lambda _: None) == (not has_answer)
    assert len(copied.ledger()) == 1
    assert again(staff, url).form(url)["name"] == "Second Person"


def test_what_was_taken_over_takes_no_draft_of_its_new_owner_away(
    app: Flask, page_as: Callable[[str], Page], cast: dict[str, Member], copied: Sandbox
) -> None:
    manager = page_as("manager")
    typed(manager, NEW, name="Unsaved Person")
    held_id = leave(page_as("staff"), copied, app, NEW, name="Left Here")
    with app.app_context(), db.write() as connection:
        gone = people.c.id == cast["staff"].id
        connection.execute(update(people).where(gone).values(is_active=False))
    assert drain(app) == 0
    assert manager.post(f"/writes/{held_id}/take-over").location == "/writes"
    assert drain(app) == 1
    assert again(manager, NEW).form(NEW)["name"] == "Unsaved Person"


def test_it_stays_when_the_save_was_refused(staff: Page, copied: Sandbox) -> None:
    fields = typed(staff, EDIT, city="York")
    copied.switch(patch=False)
    assert staff.post(EDIT, fields).status != 303
    assert OFFER in staff.get(EDIT).text


@pytest.mark.parametrize("url", [EDIT, NEW])
def test_it_can_be_thrown_away(staff: Page, url: str) -> None:
    typed(staff, url, name="Nobody")
    action = f"{DRAFT if url == EDIT else NEW_DRAFT}/discard"
    answer = staff.post(action, staff.get(url).form(action))
    assert (answer.status, answer.location) == (303, url)
    assert OFFER not in staff.get(url).text


def test_leaving_the_form_throws_it_away(staff: Page) -> None:
    typed(staff, EDIT, city="York")
    staff.get("/customers/1001/leave")
    assert OFFER not in staff.get(EDIT).text


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_link_from_elsewhere_throws_nothing_away(staff: Page, site: str) -> None:
    typed(staff, EDIT, city="York")
    assert staff.get("/customers/1001/leave", Sec_Fetch_Site=site).status == 303
    assert OFFER in staff.get(EDIT).text


@pytest.mark.parametrize(("url", "values"), [(EDIT, {}), (NEW, {"name": " "})])
def test_nothing_typed_is_no_draft(staff: Page, url: str, values: dict[str, str]) -> None:
    typed(staff, url, **{"name": "Something", **values})
    typed(staff, url, **values)
    assert OFFER not in staff.get(url).text


def test_what_others_changed_meanwhile_is_not_overwritten(staff: Page, copied: Sandbox) -> None:
    typed(staff, EDIT, city="York")
    copied.set_customer(1001, city="Newport")
    fields = again(staff, EDIT).form(EDIT)
    answer = staff.post(EDIT, fields)
    assert answer.status == 409
    assert "Newport" in answer.text
    assert "York" in answer.text


def test_after_a_week_it_is_forgotten(app: Flask, staff: Page, page_as: Callable[[str], Page],
                                      clock: Clock) -> None:  # fmt: skip
    typed(staff, EDIT, city="York")
    clock.advance(days=6, hours=23)
    assert OFFER in page_as("staff").get(EDIT).text
    clock.advance(hours=1)
    assert OFFER not in page_as("staff").get(EDIT).text
    with app.app_context():
        service.purge_drafts(clock())
        assert rows() == []


def test_nobody_reads_it_in_the_database(app: Flask, staff: Page) -> None:
    typed(staff, EDIT, city="Aberystwyth")
    with app.app_context():
        [row] = rows()
    assert "Aberystwyth" not in row.sealed


def test_under_another_key_it_is_not_there(
    staff: Page, make_app: Callable[..., Flask], app: Flask
) -> None:
    typed(staff, EDIT, city="York")
    with app.app_context():
        actor_id = rows()[0].person_id
    with make_app(secret_key="another-key-for-tests-only").app_context():
        assert service.find_draft(Actor(actor_id, "Staff", None), "1001") is None


@pytest.mark.parametrize(
    "text", ["x" * 10_000, "a\x00b", "a\u202eb", "{{7*7}}", "<b>", "\U0001f600"]
)
def test_any_text_is_kept(staff: Page, text: str) -> None:
    typed(staff, EDIT, name=text)
    name = again(staff, EDIT).form(EDIT)["name"]
    assert name[:1] == text[:1]
    assert len(name) <= 2000


def rows() -> list[Row[Any]]:
    with db.read() as connection:
        return list(connection.execute(select(drafts)).all())
