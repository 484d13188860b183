"""/status: NeroPay and our line to it, what it allows, our copy, the worker, a text for support."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from webapp.extensions import neropay
from webapp.jobs import service as jobs
from webapp.neropay import Refused
from webapp.status import service as status
from webapp.writes import waiting

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT = "/customers/1001/edit"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def save(staff: Page, **changes: str) -> int:
    return staff.post(EDIT, {**staff.get(EDIT).form(EDIT), **changes}).status


def ask(staff: Page) -> str:
    answer = staff.post("/status/ask", staff.get("/status").form("/status/ask"))
    assert (answer.status, answer.location) == (303, "/status")
    return staff.get("/status").text


def test_nothing_is_asked_to_show_it(staff: Page, copied: Sandbox) -> None:
    answer = staff.get("/status")
    assert answer.status == 200
    assert "NeroPay answers." in answer.text
    assert "NeroPay has not said yet" in answer.text
    assert "Work in the background Never seen" in answer.text
    assert copied.requests() == []


def test_the_part_is_in_the_page(staff: Page) -> None:
    assert staff.get("/status", htmx=True).reader.tags[0][1]["id"] == "status"
    assert staff.get("/status").has("div", id="status")


def test_of_the_key_only_the_end_is_shown(staff: Page, copied: Sandbox) -> None:
    html = staff.get("/status").html
    assert copied.secret_key not in html
    assert f"<code>{copied.secret_key[-4:]}</code>" in html


def test_asking_tells_whose_key_it_is_and_what_time_it_is_there(
    staff: Page, copied: Sandbox
) -> None:
    text = ask(staff)
    assert "NeroPay answered just now." in text
    assert "NeroPay has not said yet" not in text
    assert "Its clock" in text
    assert [request["path"] for request in copied.requests()] == ["/v2/account"]


def test_asking_in_vain_says_so(staff: Page, copied: Sandbox) -> None:
    copied.fault(action="status", status=503, times=0)
    text = ask(staff)
    assert "NeroPay did not answer: " in text
    assert "Away NeroPay has been out of order or under maintenance since " in text


def test_what_was_refused_is_shown_there_and_in_place(staff: Page, copied: Sandbox) -> None:
    assert "did not let us" not in staff.get(EDIT).text
    copied.switch(patch=False)
    save(staff, city="York")
    assert "Change customers Refused" in staff.get("/status").text
    form = staff.get(EDIT).text
    assert "NeroPay did not let us change customers when last tried" in form
    assert "account.”" in form
    assert "”." not in form, "a sentence ends once"


def test_it_is_forgotten_after_an_hour(staff: Page, copied: Sandbox, clock: Clock) -> None:
    copied.switch(patch=False)
    save(staff, city="York")
    clock.advance(minutes=61)
    again = staff.get(EDIT)
    assert "did not let us" not in again.text


def test_answers_about_something_else_do_not_keep_it_in_mind(
    staff: Page, copied: Sandbox, clock: Clock
) -> None:
    copied.switch(patch=False)
    save(staff, city="York")
    for _ in range(5):
        clock.advance(minutes=15)
        ask(staff)
    assert "did not let us" not in staff.get(EDIT).text


def test_the_next_good_answer_replaces_it(staff: Page, copied: Sandbox) -> None:
    copied.switch(patch=False)
    save(staff, city="York")
    copied.switch(patch=True)
    assert save(staff, city="York") == 303
    assert "Change customers Allowed" in staff.get("/status").text
    assert "did not let us" not in staff.get(EDIT).text


def test_what_one_process_learns_the_others_know(
    staff: Page, copied: Sandbox, make_app: Callable[..., Flask]
) -> None:
    copied.switch(patch=False)
    save(staff, city="York")
    other = make_app()
    with other.app_context():
        refusal = waiting.refusal_of("customers.update")
    assert refusal
    assert refusal.status


def test_the_page_knows_what_another_process_has_just_learnt(
    staff: Page, copied: Sandbox, make_app: Callable[..., Flask]
) -> None:
    assert "Change customers Allowed" not in staff.get("/status").text
    copied.switch(patch=False)
    with make_app().app_context():
        with pytest.raises(Refused):
            neropay().send_write("PATCH", "/customers/1001", b'{"city":"Hull"}', key="a" * 32)
        waiting.note_abilities()
    assert "Change customers Refused" in staff.get("/status").text


def test_a_refusal_is_as_old_as_the_last_try(staff: Page, copied: Sandbox, clock: Clock) -> None:
    copied.switch(patch=False)
    save(staff, city="York")
    clock.advance(minutes=3)
    save(staff, city="York")
    for minutes, is_known in ((29, True), (29, True), (2, False)):  # an hour from then
        clock.advance(minutes=minutes)
        assert ("did not let us" in staff.get(EDIT).text) == is_known


def test_what_another_process_learnt_since_is_corrected_by_the_next_answer(
    staff: Page, copied: Sandbox, make_app: Callable[..., Flask], clock: Clock
) -> None:
    assert save(staff, city="York") == 303  # this process has told that it is allowed
    copied.switch(patch=False)
    with make_app().app_context():
        with pytest.raises(Refused):
            neropay().send_write("PATCH", "/customers/1001", b'{"city":"Hull"}', key="a" * 32)
        waiting.note_abilities()
    copied.switch(patch=True)
    clock.advance(minutes=1)
    assert "Change customers Allowed" not in staff.get("/status").text
    assert save(staff, city="Leeds") == 303
    assert "Change customers Allowed" in staff.get("/status").text


def test_the_worker_asks_once_an_hour(app: Flask, copied: Sandbox, clock: Clock) -> None:
    with app.app_context():
        for _ in range(3):
            status.ask_if_due()
        assert len(copied.requests()) == 1
        clock.advance(hours=1)
        status.ask_if_due()
        assert len(copied.requests()) == 2


def test_a_worker_that_lives_and_one_that_fell_silent(
    app: Flask, staff: Page, clock: Clock
) -> None:
    with app.app_context():
        jobs.beat()
        seen_at = jobs.worker_seen_at()
    assert seen_at
    clock.advance(seconds=(seen_at - clock()).total_seconds())
    assert "Work in the background Running" in staff.get("/status").text
    clock.advance(minutes=5)
    assert "Work in the background Silent for 5 minutes" in staff.get("/status").text


def test_the_text_for_support_names_no_customer_and_no_key(staff: Page, copied: Sandbox) -> None:
    copied.switch(patch=False)
    save(staff, name="Mary Nobody")
    ask(staff)
    html = staff.get("/status").html
    text = html.split('aria-label="Text for support">')[1].split("</pre>")[0]
    assert "customers.update: refused" in text
    assert "customers.list: allowed" in text
    for secret in ("Mary", copied.secret_key):
        assert secret not in text


def test_many_who_ask_at_once_all_get_an_answer(app: Flask, copied: Sandbox) -> None:
    def ask_once(_: int) -> str | None:
        with app.app_context():
            return status.ask(budget=8.0)

    with ThreadPoolExecutor(6) as people:
        assert set(people.map(ask_once, range(24))) == {None}
