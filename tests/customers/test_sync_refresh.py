"""Asking NeroPay for one customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from webapp.activity import service as activity
from webapp.customers import directory, sync
from webapp.neropay import NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from webapp.sandbox.testing import Sandbox


@pytest.fixture(autouse=True)
def _app(app: Flask, sandbox: Sandbox) -> Iterator[None]:
    sandbox.seed(customers=3, categories=0)
    with app.app_context():
        yield


def test_a_record_that_the_copy_does_not_have(sandbox: Sandbox) -> None:
    refreshed = sync.refresh_one("1002", budget=8.0)
    assert refreshed.row == directory.find("1002")
    assert refreshed.row.is_full
    assert refreshed.changes == {}
    assert directory.status().row_count == 1


def test_what_changed_is_told(sandbox: Sandbox) -> None:
    before = sync.refresh_one("1002", budget=8.0).row
    sandbox.set_customer(1002, name="Another Name")
    refreshed = sync.refresh_one("1002", budget=8.0)
    assert refreshed.row.name == "Another Name"
    assert refreshed.changes == {"name": (before.name, "Another Name")}
    (entry,) = activity.history("customer", "1002")
    assert entry.kind == "customer.changed_in_neropay"


def test_there_is_none() -> None:
    with pytest.raises(NotFound):
        sync.refresh_one("9999", budget=8.0)


def test_neropay_does_not_allow_it(sandbox: Sandbox) -> None:
    sandbox.switch(get_by_id=403)
    with pytest.raises(Refused):
        sync.refresh_one("1002", budget=8.0)


def test_neropay_is_not_there(sandbox: Sandbox) -> None:
    sync.refresh_one("1002", budget=8.0)
    sandbox.fault(action="refuse", times=0)
    with pytest.raises(Unavailable):
        sync.refresh_one("1002", budget=8.0)
    assert directory.find("1002") is not None
