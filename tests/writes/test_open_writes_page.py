"""/writes: what is under way, for whom, and what they can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.writes.leaving import leave
from webapp.activity import service as activity
from webapp.activity.service import Actor
from webapp.writes.service import new_intent_id, settle_due
from webapp.writes.waiting import Draft, hold, send_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT, NEW = "/customers/1001/edit", "/customers/new"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def send_unclear(page: Page, copied: Sandbox, url: str = EDIT, **typed: str) -> str:
    """Send something that stays without an answer; give the write's page."""
    for method in ("PATCH", "POST"):
        copied.fault(action="reset", when="before", times=0, match={"method": method})
    place = page.post(url, {**page.get(url).form(url), **typed}).location
    assert place.startswith("/writes/")
    copied.clear_faults()
    return place


def test_an_empty_page_says_so(staff: Page) -> None:
    page = staff.get("/writes")
    assert "Nothing is under way" in page.text
    assert not page.has("section", id="open-writes", hx_trigger="every 4s")
    assert "Changes under way" not in staff.get("/customers").text


@pytest.mark.parametrize("htmx", [False, True])
def test_an_unknown_one_is_listed_with_what_can_be_done(
    staff: Page, copied: Sandbox, htmx: bool
) -> None:
    place = send_unclear(staff, copied, city="York")
    listed = staff.get("/writes/open" if htmx else "/writes", htmx=htmx)
    assert "Not confirmed" in listed.text
    assert "Change of customer: Town or city" in listed.text
    assert "Staff Person" in listed.text
    assert listed.has("a", href=place)
    assert listed.has("form", action=f"{place}/settle")
    assert listed.has("a", href=f"{place}/give-up")
    assert listed.has("section", hx_get="/writes/open", hx_trigger="every 4s")
    assert staff.get("/customers").has("a", href="/writes")
    assert "Not confirmed" in staff.get("/customers").text
    assert "We sent this to NeroPay but got no answer." in staff.get("/customers/1001").text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"action": "reset", "when": "before"}, "but got no answer. Don’t enter it again"),
        ({"action": "status", "status": 500}, "but got no clear answer. Don’t enter it again"),
        ({"action": "html", "status": 200}, "but got no clear answer. Don’t enter it again"),
        ({"action": "redirect", "status": 302}, "but got no clear answer. Don’t enter it again"),
    ],
)
def test_an_answer_that_says_nothing_is_told_from_none(
    staff: Page, copied: Sandbox, fault: dict[str, Any], words: str
) -> None:
    copied.fault(**fault, times=0, match={"method": "PATCH"})
    form = staff.get(EDIT).form(EDIT)
    place = staff.post(EDIT, {**form, "city": "York"}).location
    assert words in staff.get(place).text
    assert words in staff.post(EDIT, {**form, "city": "Leeds"}).text
    assert words in staff.get("/customers/1001").text


def test_its_own_polling_keeps_no_session_alive(staff: Page, copied: Sandbox, clock: Clock) -> None:
    send_unclear(staff, copied, city="York")
    for _ in range(7):
        clock.advance(minutes=4.5)
        answer = staff.get("/writes/open", htmx=True)
    assert answer.status == 401


def test_settling_now_tries_at_once(staff: Page, copied: Sandbox) -> None:
    place = send_unclear(staff, copied, city="York")
    assert staff.post(f"{place}/settle").location == place
    assert "Confirmed by NeroPay" in staff.get(place).text
    assert len(copied.ledger()) == 1
    assert "after all" not in staff.get("/").text  # they have seen it


def test_settling_now_says_when_there_is_still_no_answer(staff: Page, copied: Sandbox) -> None:
    place = send_unclear(staff, copied, city="York")
    copied.fault(action="reset", when="before", times=0)
    assert staff.post(f"{place}/settle").location == "/writes"
    copied.clear_faults()
    assert "Still no clear answer from NeroPay." in staff.get("/writes").text


def test_giving_up_asks_for_a_reason_and_tells_it(
    staff: Page, copied: Sandbox, app: Flask, page_as: Callable[[str], Page]
) -> None:
    place = send_unclear(staff, copied, city="York")
    url = f"{place}/give-up"
    empty = staff.post(url, staff.get(url).form(url))
    assert empty.status == 422
    assert "Say why" in empty.text
    manager = page_as("manager")
    given = manager.post(url, {**manager.get(url).form(url), "reason": "asked NeroPay"})
    assert given.location == place
    assert "Manager Person gave it up: “asked NeroPay”" in manager.get(place).text
    told = staff.get("/customers/1001")
    assert "was given up: Manager Person: asked NeroPay" in told.text
    assert "gave up a change that was not confirmed" in told.text
    assert "asked NeroPay" in told.text
    assert staff.get(EDIT).has("button", data_key="submit")
    with app.app_context():
        assert activity.verify().ok
        assert settle_due() == 0


def test_others_are_given_up_by_managers_only(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    place = send_unclear(page_as("manager"), copied, city="York")
    assert staff.get("/writes").has("a", href=place)
    assert not staff.get("/writes").has("a", href=f"{place}/give-up")
    assert staff.get(f"{place}/give-up").status == 403
    assert staff.post(f"{place}/give-up", {"reason": "x"}).status == 403
    assert page_as("viewer").get("/writes").status == 403


def test_what_is_about_categories_is_for_those_who_write_them(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    manager = page_as("manager")
    place = send_unclear(manager, copied, "/categories/new", name="Tea")
    assert manager.get("/writes").has("a", href=place)
    assert not staff.get("/writes").has("a", href=place)
    assert staff.post(f"{place}/settle").status == 403


def test_a_new_one_is_above_the_list_for_its_author(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    send_unclear(staff, copied, "/customers/new", name="Mary Smith")
    assert "Mary Smith was sent, not confirmed yet." in staff.get("/customers").text
    assert "Mary Smith" not in page_as("manager").get("/customers").text


def test_the_owner_turns_waiting_off(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page], app: Flask
) -> None:
    owner = page_as("owner")
    url = "/writes/waiting"
    owner.post(url, owner.get("/writes").form(url))
    assert staff.post(url, {"on": "1"}).status == 403
    copied.stop()
    refused = staff.post(EDIT, {**staff.get(EDIT).form(EDIT), "city": "York"})
    assert not refused.has("button", name="hold")
    kept = staff.post(EDIT, {**refused.form(EDIT), "hold": "1"})
    copied.start()
    assert "The owner has turned waiting off" in kept.text
    assert "Saving has to wait." in staff.get("/").text
    owner.post(url, owner.get("/writes").form(url))
    assert owner.get("/activity?kind=option.changed").text.count("Send when back") == 2
    with app.app_context():
        assert activity.verify().ok


def test_what_others_wait_for_leaves_room_for_ones_own(
    staff: Page, cast: dict[str, Member], app: Flask
) -> None:
    """The page has room for 200: for those that its reader may see."""

    def wait(name: str, record_type: str, label: str) -> None:
        kept = {"values": {"name": label}}
        kind = f"{record_type}.create"
        draft = Draft(new_intent_id(), kind, record_type, None, label, kept, {})
        assert hold(Actor(cast[name].id, name, None), draft)

    with app.app_context():
        for number in range(200):
            wait(("owner", "manager")[number % 2], "category", f"Category {number}")
        wait("staff", "customer", "Last Inrow")
    assert "Last Inrow" in staff.get("/writes").text


def test_what_waits_for_a_person_is_apart_with_what_is_behind_it(
    staff: Page, copied: Sandbox, app: Flask
) -> None:
    leave(staff, copied, app, EDIT, city="York")
    leave(staff, copied, app, EDIT, phone="01632 960001")
    leave(staff, copied, app, NEW, name="Mary Smith")
    page = staff.get("/writes")
    assert "Waiting for a decision" not in page.text
    assert "as soon as NeroPay takes them" in page.text
    copied.set_customer(1001, city="Leeds")
    with app.app_context():
        assert send_held(lambda _: None, limit=1) == 0
    undecided, waiting = (
        staff.get("/writes").text.split("Waiting for a decision")[1].split("Waiting for NeroPay")
    )
    assert "Town or city" in undecided
    assert "Behind another change" in undecided
    assert "Needs a decision" in undecided
    assert "Mary Smith" in waiting
    assert "Needs a decision" not in waiting
