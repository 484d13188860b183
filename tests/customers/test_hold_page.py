"""Leaving a save here while NeroPay is away: offered, kept, shown, changed, sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.activity import service as activity
from webapp.activity.service import Actor
from webapp.jobs.work import settle_writes
from webapp.writes import waiting
from webapp.writes.held import MOST
from webapp.writes.service import new_intent_id
from webapp.writes.waiting import Draft, Held, list_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock, Member
    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"
NEW = "/customers/new"
HOLD = "Send when NeroPay is back"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def work(app: Flask, clock: Clock) -> Callable[[], None]:
    """Lets the worker do what it does when some time has passed."""

    def run() -> None:
        clock.advance(seconds=10)
        with app.app_context():
            settle_writes(lambda _: None)

    return run


def try_to_save(page: Page, url: str = EDIT, *, htmx: bool = False, **typed: str) -> Answer:
    return page.post(url, {**page.get(url).form(url), **typed}, htmx=htmx)


def hold(page: Page, url: str = EDIT, **typed: str) -> Answer:
    """Save in vain, then leave it here."""
    refused = page.post(url, {**page.get(url).form(url), **typed})
    assert refused.status == 503
    return page.post(url, {**refused.form(url), "hold": "1"})


@pytest.mark.parametrize("htmx", [False, True])
def test_what_was_certainly_not_sent_comes_back_with_the_offer(
    staff: Page, copied: Sandbox, htmx: bool
) -> None:
    copied.stop()
    answer = try_to_save(staff, htmx=htmx, city="York")
    copied.start()
    assert answer.status == 503
    assert answer.has("button", name="hold")
    assert HOLD in answer.text
    assert answer.form(EDIT)["city"] == "York"


def test_what_may_have_been_carried_out_is_not_offered_to_wait(
    staff: Page, copied: Sandbox
) -> None:
    copied.fault(action="reset", when="after", match={"method": "PATCH"}, times=0)
    answer = try_to_save(staff, city="York")
    assert answer.location.startswith("/writes/")
    assert "Don’t enter it again; we are checking." in staff.get(answer.location).text


def test_it_waits_is_shown_and_goes_once_when_neropay_is_back(
    staff: Page, copied: Sandbox, work: Callable[[], None], app: Flask
) -> None:
    copied.stop()
    assert hold(staff, city="York").location == "/customers/1001"
    record = staff.get("/customers/1001")
    assert "Staff Person’s change of town or city waits for NeroPay." in record.text
    assert "NeroPay has not been reachable since" in record.text
    form = staff.get(EDIT)
    assert form.form(EDIT)["city"] == "York"
    assert "waits for NeroPay" in form.text
    listed = staff.get("/writes")
    assert "Waiting" in listed.text
    assert "Waiting" in staff.get("/customers").text
    work()
    copied.start()
    for _ in range(3):
        work()
    assert [effect["method"] for effect in copied.ledger()] == ["PATCH"]
    found = copied.get_customer(1001)
    assert found is not None
    assert found["city"] == "York"
    told = staff.get("/customers")
    assert "Saved after all: Daisy Thomas" in told.text
    assert "NeroPay has not been reachable" not in told.text
    assert "Saved after all" not in staff.get("/customers").text
    assert "Nothing is under way" in staff.get("/writes").text
    with app.app_context():
        kinds = [entry.kind for entry in activity.history("customer", "1001")]
        assert activity.verify().ok
    assert kinds == ["customer.update", "customer.held"]


def test_a_new_customer_waits_above_the_list_of_its_author(
    staff: Page, copied: Sandbox, work: Callable[[], None], page_as: Callable[[str], Page]
) -> None:
    copied.stop()
    assert hold(staff, NEW, name="Mary Smith").location == "/writes"
    assert "Mary Smith waits for NeroPay." in staff.get("/customers").text
    assert "Mary Smith" not in page_as("manager").get("/customers").text
    copied.start()
    work()
    work()
    assert [one["name"] for one in copied.customers()].count("Mary Smith") == 1
    assert "Added after all: Mary Smith" in staff.get("/").text


def test_the_same_form_twice_is_kept_once(staff: Page, copied: Sandbox) -> None:
    copied.stop()
    refused = try_to_save(staff, city="York")
    for _ in range(2):
        staff.post(EDIT, {**refused.form(EDIT), "hold": "1"})
    copied.start()
    assert staff.get("/writes").html.count("Daisy Thomas</a>") == 1


def test_a_waiting_one_is_changed_in_its_place(
    staff: Page, copied: Sandbox, work: Callable[[], None]
) -> None:
    copied.stop()
    hold(staff, city="York")
    place = waiting_form(staff)
    form = staff.get(place).form(place)
    assert form["city"] == "York"
    assert staff.post(place, {**form, "city": "Leeds"}).location == "/writes"
    assert staff.get(EDIT).form(EDIT)["city"] == "Leeds"
    copied.start()
    work()
    work()
    found = copied.get_customer(1001)
    assert found is not None
    assert found["city"] == "Leeds"
    assert len(copied.ledger()) == 1
    assert staff.get(place).location.startswith("/writes/")


def test_a_waiting_one_can_be_thrown_away(
    staff: Page, copied: Sandbox, work: Callable[[], None]
) -> None:
    copied.stop()
    hold(staff, city="York")
    place = waiting_form(staff).replace("/customers/waiting", "/writes")
    assert "York" in staff.get(place).text
    assert staff.post(f"{place}/cancel").location == "/writes"
    copied.start()
    work()
    assert copied.ledger() == []
    assert staff.get(place).status == 404


def test_only_its_author_or_a_manager_changes_it(
    staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    copied.stop()
    manager = page_as("manager")
    hold(manager, city="York")
    place = waiting_form(manager)
    assert staff.get(place).status == 403
    assert staff.post(place.replace("/customers/waiting", "/writes") + "/cancel").status == 403
    assert "Throw away" not in staff.get("/writes").text
    hold(staff, "/customers/1002/edit", city="York")
    assert manager.get("/writes").html.count("Throw away") == 2
    copied.start()


def waiting_form(page: Page) -> str:
    """Give the form of what waits, from the page of open writes."""
    links = [str(found.get("href")) for tag, found in page.get("/writes").reader.tags if tag == "a"]
    return next(link for link in links if link.startswith("/customers/waiting/"))


@pytest.mark.parametrize("button", [{"hold": "1"}, {}])
def test_going_back_changing_and_sending_again_is_the_same_one(
    staff: Page, copied: Sandbox, work: Callable[[], None], button: dict[str, str]
) -> None:
    copied.stop()
    refused = try_to_save(staff, NEW, name="Jane Back")
    form = refused.form(NEW)
    assert staff.post(NEW, {**form, "hold": "1"}).location == "/writes"
    assert staff.post(NEW, {**form, "name": "Jane Forth", **button}).location == "/writes"
    copied.start()
    work()
    assert [one["name"] for one in copied.customers() if "Jane " in str(one["name"])] == [
        "Jane Forth"
    ]


@pytest.mark.parametrize("held", ["x", "\0", "../1", "0" * 32, "another record's"])
def test_a_choice_for_what_does_not_wait_on_the_record_changes_nothing(
    app: Flask, staff: Page, copied: Sandbox, held: str
) -> None:
    copied.stop()
    hold(staff, city="York")
    copied.start()
    with app.app_context():
        waiting = list_held()
    url = "/customers/1002/edit"
    form = {**staff.get(url).form(url), "city": "Hull"}
    held = waiting[0].id if held.startswith("another") else held
    assert staff.post(url, {**form, "held": held}).status in {404, 409}
    with app.app_context():
        assert list_held() == waiting


def test_one_person_leaves_only_so_many(
    staff: Page, copied: Sandbox, app: Flask, cast: dict[str, Member]
) -> None:
    author = Actor(cast["staff"].id, "Staff Person", None)
    with app.app_context():
        for number in range(MOST):
            fields = {"values": {"name": f"Number {number}"}}
            draft = Draft(new_intent_id(), "customer.create", "customer", None, "N", fields, {})
            assert isinstance(waiting.hold(author, draft), Held)
    copied.stop()
    kept = hold(staff, NEW, name="One Too Many")
    copied.start()
    assert (kept.status, kept.form(NEW)["name"]) == (409, "One Too Many")
    assert "too many changes of yours wait here already" in kept.text
    with app.app_context():
        assert waiting.count_held() == MOST
