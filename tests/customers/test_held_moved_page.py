"""Two people change the same waiting write: nothing is overwritten, and each is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.writes.leaving import drain, leave
from webapp.activity.service import Actor
from webapp.customers import waiting
from webapp.writes.waiting import cancel, list_held

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.conftest import Member
    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

EDIT, NEW = "/customers/1001/edit", "/customers/new"
MOVED = "Manager Person has changed this since you opened it, and nothing of that is overwritten."
both = pytest.mark.parametrize("url", [EDIT, NEW])


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def opened(page: Page, held_id: str) -> tuple[str, dict[str, str]]:
    place = f"/customers/waiting/{held_id}"
    return place, page.get(place).form(place)


def shown(app: Flask) -> list[dict[str, str | None]]:
    with app.app_context():
        return [dict(one.shown) for one in list_held()]


@both
@pytest.mark.parametrize("htmx", [False, True])
def test_who_comes_second_overwrites_nothing(
    app: Flask, manager: Page, page_as: Callable[[str], Page], copied: Sandbox, *,
    url: str, htmx: bool,
) -> None:  # fmt: skip
    held_id = leave(page_as("staff"), copied, app, url, name="Mary Smith", city="York")
    owner = page_as("owner")
    place, form = opened(owner, held_id)
    _, theirs = opened(manager, held_id)
    assert manager.post(place, {**theirs, "phone": "01632 960001"}).location == "/writes"
    answer = owner.post(place, {**form, "city": "Hull"}, htmx=htmx)
    assert answer.status == 409
    assert MOVED in answer.text
    assert "Waits now: “York”." in answer.text
    assert "Waits now: “01632 960001”." in answer.text
    assert shown(app)[0]["city"] == "York"
    again = answer.form(place)
    assert (again["city"], again["phone"]) == ("Hull", form["phone"])
    assert owner.post(place, {**again, "phone": "01632 960001"}).location == "/writes"
    (waits,) = shown(app)
    assert (waits["city"], waits["phone"]) == ("Hull", "01632 960001")


def test_its_author_leaves_theirs_behind_what_is_another_s_now(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    place, form = opened(staff, held_id)
    _, theirs = opened(manager, held_id)
    manager.post(place, {**theirs, "city": "Leeds"})
    answer = staff.post(place, {**form, "postcode": "YO1 7HH"})
    assert answer.status == 409
    assert MOVED in answer.text
    assert "It is theirs to send now." in answer.text
    assert answer.has("button", formaction=EDIT, name="hold")
    again = {**answer.form(place), "city": "Leeds"}
    assert staff.post(EDIT, {**again, "hold": "1"}).location == "/customers/1001"
    assert [one.get("postcode") for one in shown(app)] == [None, "YO1 7HH"]
    assert drain(app) == 2
    found = copied.get_customer(1001)
    assert found is not None
    assert (found["city"], found["postcode"]) == ("Leeds", "YO1 7HH")


def test_of_a_new_customer_its_author_is_told_whom_to_ask_and_it_is_kept_as_a_draft(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, NEW, name="Mary Smith", city="York")
    place, form = opened(staff, held_id)
    _, theirs = opened(manager, held_id)
    manager.post(place, {**theirs, "city": "Leeds"})
    answer = staff.post(place, {**form, "phone": "01632 960001"})
    assert "Ask Manager Person to put it in, or correct the record once it is there." in answer.text
    assert "kept as a draft" in answer.text
    assert "You typed “Mary Smith” here" in staff.get(NEW).text
    assert staff.get(f"{NEW}?draft=1").form(NEW)["phone"] == "01632 960001"
    assert [one["city"] for one in shown(app)] == ["Leeds"]


def test_another_draft_is_not_overwritten_by_it(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, NEW, name="Mary Smith", city="York")
    place, form = opened(staff, held_id)
    _, theirs = opened(manager, held_id)
    manager.post(place, {**theirs, "city": "Leeds"})
    assert staff.post(f"{NEW}/draft", {"name": "Owen Hughes"}).status == 204
    answer = staff.post(place, {**form, "phone": "01632 960001"})
    assert "What you typed is still here, and was not kept." in answer.text
    assert "You typed “Owen Hughes” here" in staff.get(NEW).text


@both
@pytest.mark.parametrize("button", [{"hold": "1"}, {}])
def test_the_form_that_left_it_here_overwrites_no_colleague_s_change(
    app: Flask, staff: Page, manager: Page, copied: Sandbox, *, url: str, button: dict[str, str]
) -> None:
    form = {**staff.get(url).form(url), "name": "Mary Smith", "city": "York"}
    copied.fault(action="status", status=503, times=0)
    assert staff.post(url, {**form, "hold": "1"}).status == 303
    copied.clear_faults()
    with app.app_context():
        (held,) = list_held()
    place, theirs = opened(manager, held.id)
    manager.post(place, {**theirs, "phone": "01632 960001"})
    answer = staff.post(url, {**form, "city": "Hull", **button})
    assert answer.status == 409
    assert MOVED in answer.text
    assert answer.form(place)["city"] == "Hull"
    assert answer.has("button", formaction=EDIT) is (url == EDIT)
    (waits,) = shown(app)
    assert (waits["city"], waits["phone"]) == ("York", "01632 960001")
    assert copied.ledger() == []


@pytest.mark.parametrize("city", ["Hull", "as it was"])
def test_the_form_that_left_it_here_overwrites_no_later_change_of_one_s_own(
    app: Flask, staff: Page, copied: Sandbox, city: str
) -> None:
    before = staff.get(EDIT).form(EDIT)
    held_id = leave(staff, copied, app, EDIT, city="York")
    place, form = opened(staff, held_id)
    assert staff.post(place, {**form, "city": "Leeds"}).location == "/writes"
    typed = before["city"] if city == "as it was" else city
    answer = staff.post(EDIT, {**before, "city": typed, "intent": held_id, "hold": "1"})
    assert answer.status == 409
    assert "This waits here already, and not as you have it here." in answer.text
    assert (answer.form(place)["city"], shown(app)[0]["city"]) == (typed, "Leeds")


def test_in_the_list_s_row_it_is_said_in_the_row(
    app: Flask, staff: Page, copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    held_id = leave(page_as("manager"), copied, app, EDIT, city="York")
    row = {"HX_Target": "tr#customer-1001", "HX_Current_URL": "http://localhost/customers"}
    form = staff.get(EDIT, htmx=True, **row).form(EDIT)
    answer = staff.post(
        EDIT, {**form, "city": "Hull", "intent": held_id, "hold": "1"}, htmx=True, **row
    )
    assert (answer.status, answer.form(EDIT)["city"]) == (409, "Hull")
    assert "Something else goes first" in answer.text
    assert answer.form(EDIT)["intent"] != held_id


def test_a_choice_for_what_moved_meanwhile_changes_nothing(
    app: Flask, staff: Page, manager: Page, copied: Sandbox
) -> None:
    held_id = leave(staff, copied, app, EDIT, city="York")
    copied.set_customer(1001, city="Hull")
    assert drain(app) == 0
    resolve = "/customers/1001/resolve"
    pages = [page.get(f"/customers/waiting/{held_id}").form(resolve) for page in (staff, manager)]
    assert manager.post(resolve, {**pages[1], "keep_city": "mine"}).location == "/writes"
    answer = staff.post(resolve, {**pages[0], "keep_city": "theirs"})
    assert answer.status == 409
    assert MOVED in answer.text
    assert shown(app) == [{"city": "York"}]


def test_it_is_compared_in_the_transaction_that_changes_it(
    app: Flask, staff: Page, copied: Sandbox, cast: dict[str, Member]
) -> None:
    leave(staff, copied, app, EDIT, city="York")
    with app.app_context():
        (old,) = list_held()
        seen, values = waiting.seen_by(old), waiting.typed_in(old)
        boss = Actor(cast["manager"].id, "Manager Person", None)
        assert waiting.change_held(boss, old, seen, {**values, "city": "Leeds"}) is not None
        assert waiting.change_held(old.actor, old, seen, {**values, "city": "Hull"}) is None
        assert cancel(old.actor, old.id, shown=old) is None
    assert shown(app) == [{"city": "Leeds"}]
