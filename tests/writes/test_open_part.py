"""The notice of an open write, on a page of its record, asks for itself and stays itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.writes.leaving import send_unclear

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001"


def test_it_gets_the_small_part_while_the_write_is_open(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    copied.fault(action="status", status=500, times=0, match={"method": "PATCH"})
    form = staff.get(f"{URL}/edit").form(f"{URL}/edit")
    place = staff.post(f"{URL}/edit", {**form, "city": "Swansea"}).location
    assert place
    part = f"write-{place.rpartition('/')[2]}"
    assert staff.get(URL).has("div", id=part, hx_get=place)
    small = staff.get(place, htmx=True, HX_Target=f"div#{part}")
    assert small.reader.tags[0][1]["id"] == part
    assert small.has("div", id=part, hx_get=place)
    whole = staff.get(place, htmx=True, HX_Target="section#write")
    assert whole.reader.tags[0][1]["id"] == "write"


def test_it_shows_what_was_sent_beside_what_was_there(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    place = send_unclear(staff, copied, f"{URL}/edit", city="<b>York</b>", email="")
    part = f"div#write-{place.rpartition('/')[2]}"
    for answer in (
        staff.get(URL),
        staff.get(f"{URL}/edit"),
        staff.get(place, htmx=True, HX_Target=part),
    ):
        assert "Town or city: Cardiff <b>York</b>" in answer.text
        assert "E-mail: daisy.thomas@post.example empty" in answer.text
        assert "Phone: " not in answer.text
