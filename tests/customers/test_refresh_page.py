"""/customers/<id>/refresh: asking NeroPay for one record now."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/refresh"


@pytest.fixture
def viewer(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("viewer")


def test_the_part_shows_what_is_new_and_does_not_ask_again(viewer: Page, copied: Sandbox) -> None:
    copied.set_customer(1001, city="Newport", phone=None)
    answer = viewer.get(URL, htmx=True)
    assert answer.status == 200
    assert answer.reader.tags[0][1] == {"id": "record"}
    assert "NeroPay has newer details" in answer.text
    assert "Town or city: Cardiff Newport" in answer.text
    assert "Phone: 07700-900-926 empty" in answer.text
    assert "Confirmed by NeroPay just now" in answer.text
    assert "Newport" in viewer.get("/customers/1001").text


def test_a_change_found_is_in_the_history(viewer: Page, copied: Sandbox) -> None:
    copied.set_customer(1001, city="Newport")
    answer = viewer.get(URL, htmx=True)
    assert "Changed in NeroPay" in answer.text


def test_nothing_new(viewer: Page, copied: Sandbox) -> None:
    answer = viewer.get(URL, htmx=True)
    assert "newer details" not in answer.text
    assert "Confirmed by NeroPay just now" in answer.text
    assert [request["path"] for request in copied.requests()] == ["/v2/customers/1001"]


def test_without_javascript_it_is_a_link_that_comes_back(viewer: Page, copied: Sandbox) -> None:
    answer = viewer.get(URL)
    assert (answer.status, answer.location) == (303, "/customers/1001")
    assert "nothing has changed" in viewer.get(answer.location).text
    copied.set_customer(1001, city="Newport", name="Daisy T.")
    viewer.get(URL)
    told = viewer.get("/customers/1001")
    assert "2 fields have changed" in told.text
    assert told.has("div", **{"class": "toast-note toast-success"})


def test_without_javascript_a_failure_stays_with_its_reference(
    viewer: Page, copied: Sandbox
) -> None:
    copied.fault(action="status", status=500, code="server_error", times=0)
    told = viewer.get(URL)
    assert told.status == 200
    assert "What you see is our own copy" in told.text
    assert told.has("div", role="alert", data_error_code="server_error")
    assert f"Z · server_error · {told.response.headers['X-Request-ID']}" in told.text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"action": "status", "status": 401, "code": "authentication_failed"}, "not set up"),
        ({"action": "status", "status": 429, "code": "rate_limited"}, "asks for a pause"),
        ({"action": "status", "status": 500, "code": "server_error"}, "cannot be reached"),
        ({"action": "html", "status": 200}, "could not be read"),
        ({"action": "broken"}, "could not be read"),
        ({"action": "cut"}, "could not be read"),
        ({"action": "refuse"}, "cannot be reached"),
        ({"action": "hostile", "kind": "digits"}, "could not be read"),
    ],
)
def test_a_failure_leaves_our_copy_dated(
    viewer: Page, copied: Sandbox, fault: dict[str, object], words: str
) -> None:
    copied.fault(**fault, times=0)
    answer = viewer.get(URL, htmx=True)
    assert answer.status == 200
    assert words in answer.text
    assert "What you see is our own copy" in answer.text
    assert "102 Mill Lane" in answer.text
    assert "Last confirmed by NeroPay" in answer.text
    assert "just now" not in answer.text
    assert answer.reader.tags[0][1] == {"id": "record"}  # it does not ask again by itself
    assert words in viewer.get(URL).text


@pytest.mark.parametrize(("status", "code"), [(403, "not_enabled"), (404, "not_found"), (501, "")])
def test_where_neropay_gives_no_single_records_only_the_button_says_so_aloud(
    viewer: Page, copied: Sandbox, status: int, code: str
) -> None:
    copied.fault(action="status", status=status, code=code, times=0)
    by_itself = viewer.get(URL, htmx=True)
    assert "NeroPay does not give single records here" in by_itself.text
    assert not by_itself.has("div", role="alert")
    assert "For support" not in by_itself.text
    asked_for = viewer.get(URL)
    assert "NeroPay does not allow this" in asked_for.text
    assert asked_for.has("div", role="alert")
    for answer in (by_itself, asked_for):
        assert "Last confirmed by NeroPay" in answer.text
        assert "just now" not in answer.text


def test_one_that_is_gone_says_so(viewer: Page, copied: Sandbox) -> None:
    copied.delete_customer(1001)
    answer = viewer.get(URL, htmx=True)
    assert answer.status == 200
    assert "No longer at NeroPay" in answer.text
    assert "102 Mill Lane" in answer.text


def test_one_that_is_gone_is_not_offered_to_be_changed(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    assert staff.get(URL, htmx=True).has("a", data_key="e")
    copied.delete_customer(1001)
    assert not staff.get(URL, htmx=True).has("a", data_key="e")


def test_nobody_of_that_id(viewer: Page) -> None:
    assert viewer.get("/customers/9999/refresh").status == 404
    assert viewer.get("/customers/9999/refresh", htmx=True).status == 404


def test_the_way_back_to_the_list_outlives_it(viewer: Page) -> None:
    """Which search somebody came from only the first request says: it has to be handed on."""
    place = "/customers?q=thomas&sort=town"
    carrying = f"{URL}?back={quote(place, safe='/?')}"
    assert viewer.get("/customers/1001", Referer=place).has("article", hx_get=carrying)
    assert viewer.get(carrying, htmx=True).has("a", href=place)
    assert viewer.get(viewer.get(carrying).location).has("a", href=place)


def test_it_is_only_read(viewer: Page) -> None:
    assert viewer.post(URL).status == 405


def test_an_open_write_is_shown_and_not_overwritten(
    copied: Sandbox, page_as: Callable[[str], Page]
) -> None:
    staff = page_as("staff")
    copied.fault(action="status", status=500, times=0, match={"method": "PATCH"})
    form = staff.get("/customers/1001/edit").form("/customers/1001/edit")
    staff.post("/customers/1001/edit", {**form, "city": "Swansea"})
    answer = staff.get(URL, htmx=True)
    assert answer.has("div", role="alert", data_error_code="outcome_unknown")
    assert not answer.has("a", data_key="e")
