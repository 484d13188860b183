"""The look at a record before a correction of it: what it tells, and when it writes anything."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from webapp.activity.service import history
from webapp.clock import now
from webapp.customers import directory, service
from webapp.customers.intake import look_at
from webapp.extensions import db
from webapp.neropay import customer_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Clock
    from webapp.sandbox.testing import Sandbox

LATER = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def _in_app(app: Flask, sandbox: Sandbox) -> Iterator[None]:
    sandbox.seed(customers=2, categories=0)
    with app.app_context():
        service.run_sync(reason="test")
        yield


def test_a_record_that_is_as_we_know_it_is_not_written(clock: Clock) -> None:
    before = directory.find("1001")
    clock.ahead += LATER
    found = look_at("1001", budget=5.0)
    assert (found.row, dict(found.changes), found.is_skipped) == (before, {}, False)
    assert directory.find("1001") == before


def test_a_record_that_was_changed_goes_into_our_copy_and_the_trail(
    clock: Clock, sandbox: Sandbox
) -> None:
    before = directory.find("1001")
    assert before is not None
    sandbox.set_customer(1001, city="Whitby")
    clock.ahead += LATER
    found = look_at("1001", budget=5.0)
    assert found.changes == {"city": (before.city, "Whitby")}
    assert found.row == directory.find("1001")
    assert found.row.city == "Whitby"
    assert found.row.confirmed_at > before.confirmed_at
    assert [entry.kind for entry in history("customer", "1001")] == ["customer.changed_in_neropay"]


def test_a_record_that_we_did_not_have_comes_into_our_copy(sandbox: Sandbox) -> None:
    sandbox.seed(customers=3, categories=0)
    assert directory.find("1003") is None
    assert look_at("1003", budget=5.0).row == directory.find("1003")


def test_a_record_that_we_had_in_part_is_filled(sandbox: Sandbox) -> None:
    sandbox.seed(customers=3, categories=0)
    known = sandbox.get_customer(1003) or {}
    listed = customer_from({name: known[name] for name in ("id", "name", "email")})
    with db.write() as connection:
        directory.upsert(connection, listed, now=now())
    assert look_at("1003", budget=5.0).row.is_full
