"""What NeroPay stored otherwise than it was sent stands on the record until it is resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL, EDIT = "/customers/1001", "/customers/1001/edit"
NOTE = "NeroPay stored “S” instead of “Swansea”"
FAULT = {"action": "hostile", "set": {"city": "S"}, "match": {"method": "PATCH"}}


def save(page: Page, **typed: str) -> None:
    assert page.post(EDIT, {**page.get(EDIT).form(EDIT), **typed}).status == 303


def test_it_stays_until_the_field_is_corrected(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    assert "instead of" not in staff.get(URL).text
    copied.fault(**FAULT)
    save(staff, city="Swansea")
    staff.get(URL)  # takes the toast
    shown = staff.get(URL)
    assert f"Town or city: {NOTE}" in shown.text
    assert shown.has("div", role="alert", data_error_code="stored_differently")
    copied.set_customer(1001, city="S")
    save(staff, phone="07700 900111")
    assert NOTE in staff.get(URL).text, "another field's save does not resolve it"
    save(staff, city="Barry")
    assert "instead of" not in staff.get(URL).text


def test_it_goes_when_neropay_has_another_value(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    staff = page_as("staff")
    copied.fault(**FAULT)
    save(staff, city="Swansea")
    refreshed = staff.get(f"{URL}/refresh", htmx=True)  # it had stored what was sent after all
    assert NOTE not in refreshed.text
    assert NOTE not in staff.get(URL).text
