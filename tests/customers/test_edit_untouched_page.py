"""/customers/<id>/edit: what nobody touched is neither checked nor sent."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from webapp.neropay import encode_body

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001/edit"
NEW = "/customers/new"
PHONE = "07700 900000"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def keep(staff: Page, copied: Sandbox, **fields: str) -> dict[str, str]:
    """Have NeroPay and our copy hold these; give the edit form."""
    copied.set_customer(1001, **fields)
    staff.get("/customers/1001/refresh")
    return staff.get(URL).form(URL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("postcode", "cf101aa"),
        ("name", "Zoe\u0308 Miles"),
        ("name", "x" * 300),
        ("name", " Daisy "),
        ("email", "no address"),
        ("city", "one\ttab"),
        ("address1", "1 High Street\nFlat 2"),
    ],
)
def test_what_is_stored_stays_and_blocks_nothing(
    staff: Page, copied: Sandbox, field: str, value: str
) -> None:
    form = keep(staff, copied, **{field: value})
    form[field] = form[field].replace("\n", "")  # as a browser's box of one line does
    assert staff.post(URL, {**form, "phone": PHONE}).status == 303
    now = copied.get_customer(1001)
    assert now
    assert (now[field], now["phone"]) == (value, PHONE)
    only_the_phone = hashlib.sha256(encode_body({"phone": PHONE})).hexdigest()
    assert [effect["body_sha256"] for effect in copied.ledger()] == [only_the_phone]


def test_what_was_touched_is_checked_and_tidied(staff: Page, copied: Sandbox) -> None:
    form = keep(staff, copied, name="x" * 300, postcode="cf101aa")
    answer = staff.post(URL, {**form, "name": "x" * 299})
    assert answer.status == 422
    assert answer.has("input", id="name", aria_invalid="true")
    assert staff.post(URL, {**form, "name": "Daisy", "postcode": "cf102bb"}).status == 303
    assert copied.customers()[0]["postcode"] == "CF10 2BB"


def test_a_form_for_a_new_customer_is_checked_whatever_it_claims(
    staff: Page, copied: Sandbox
) -> None:
    bad = {"name": "x" * 300, "email": "no address"}
    form = {**staff.get(NEW).form(NEW), **bad, "seen": json.dumps(bad)}
    answer = staff.post(NEW, form)
    assert answer.status == 422
    assert answer.has("input", id="name", aria_invalid="true")
    assert answer.has("input", id="email", aria_invalid="true")
    assert copied.ledger() == []
