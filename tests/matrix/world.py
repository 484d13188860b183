"""A merchant with a copied NeroPay, in which one fault after the other happens.

Making an application is cheap, migrating and copying is not: so each case has an application of
its own, with a client that has seen nothing yet, and all of a module's share one database.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import select

from tests.backing import make_application
from tests.conftest import PASSWORD
from tests.page import Page
from tests.servers.processes import wait_until
from webapp.activity.tables import activity
from webapp.categories.service import list_categories, refresh_categories
from webapp.customers import directory
from webapp.customers.models import FIELDS
from webapp.customers.service import run_sync
from webapp.extensions import db, neropay
from webapp.neropay import encode_body
from webapp.people.service import create_person
from webapp.writes.service import new_intent_id, settle_due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.backing import Clock
    from tests.matrix.ends import Fault
    from webapp.sandbox.testing import Sandbox
    from webapp.settings import Settings

EMAIL = "manager@shop.example"
_HELD = frozenset({"wait"})


@dataclass
class Shop:
    """One process of ours."""

    app: Flask
    page: Page


@dataclass
class World:
    """Everything that the cases of a module share.

    Attributes:
        urls: Of `places`.
        calm: A process that meets no fault.
    """

    settings: Settings
    sandbox: Sandbox
    clock: Clock
    urls: dict[str, str]
    calm: Shop = field(init=False)
    _cookies: list[str] = field(default_factory=list)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def open(self, customers: int) -> Iterator[World]:
        """Copy a NeroPay, hire somebody, and have them signed in, in every process."""
        self.sandbox.seed(customers=customers, categories=4)
        with self.shop() as self.calm:
            with self.calm.app.app_context():
                create_person(email=EMAIL, name="Manager", role="manager", password=PASSWORD)
                self.copy()
            answer = self.calm.page.post("/login", {"email": EMAIL, "password": PASSWORD})
            assert answer.status == 303, answer.text
            cookie = self.calm.page.client.get_cookie("session")
            assert cookie is not None
            self._cookies.append(cookie.value)
            yield self

    @contextmanager
    def shop(
        self, *, base_url: str = "", most_seconds: float = math.inf, ahead: float = 0.0
    ) -> Iterator[Shop]:
        """Run a process with a client of its own, somebody signed in.

        Args:
            base_url: Instead of the sandbox's.
            most_seconds: That a call may take.
            ahead: Seconds that the client's clock is ahead of NeroPay's.
        """
        settings = replace(self.settings, neropay_base_url=base_url or self.sandbox.url)
        app = make_application(
            settings, self.clock, most_seconds=most_seconds, clock=lambda: time.time() + ahead
        )
        shop = Shop(app, Page(app.test_client()))
        try:
            if self._cookies:
                shop.page.client.set_cookie("session", self._cookies[0])
            yield shop
        finally:
            app.extensions["tillside.neropay"].close()
            app.extensions["tillside.db"][0].dispose()

    @contextmanager
    def under(self, fault: Fault, match: dict[str, str]) -> Iterator[Shop]:
        """Run a process while a fault is on for the calls that are meant."""
        base_url = self.urls[fault.place] if fault.place else ""
        with self.shop(
            base_url=base_url, most_seconds=fault.most_seconds, ahead=fault.ahead
        ) as shop:
            self.sandbox.forget_requests()
            if fault.spec and not fault.is_warm:
                self.sandbox.fault(**fault.spec, times=0, match=match)
            yield shop
        self.sandbox.clear_faults()

    def arm(self, shop: Shop, fault: Fault) -> None:
        """Use the connection, where it is the used one that the fault is about."""
        if fault.is_warm:
            self.sandbox.fault(**fault.spec, match={"path": "account"})
            with shop.app.app_context():
                neropay().account.get()

    def number(self) -> int:
        """A number that was not given before."""
        return next(self._ids)

    def add_category(self) -> str:
        """Have one more category, there and in our copy; its id."""
        body = encode_body({"name": f"Category {self.number()}", "sort_order": 1, "is_active": 1})
        category = neropay().categories.create(body, key=new_intent_id())
        assert refresh_categories().is_complete
        return category.id

    def copy(self) -> None:
        """Bring our copy up to date."""
        assert run_sync(reason="test").state == "done"
        assert refresh_categories().is_complete

    def settle(self, seconds: float) -> None:
        """Let time pass, and the worker find out about what is open; then what was held goes on."""
        self.clock.advance(seconds=seconds)
        settle_due(limit=100, pause=lambda _seconds: None)
        self.sandbox.release()
        wait_until(self._is_quiet, "the calls that were held")

    def _is_quiet(self) -> bool:
        held = [call for call in self.sandbox.requests() if call["fault"] in _HELD]
        return all(call["status"] is not None for call in held)

    def effects(self, intent: str) -> int:
        """Count how often NeroPay carried a write out."""
        return sum(effect["key"] == intent for effect in self.sandbox.ledger())

    def trail(self, intent: str) -> list[str]:
        """Give the outcomes that the activity log tells of a write."""
        query = (
            select(activity.c.outcome).where(activity.c.intent_id == intent).order_by(activity.c.id)
        )
        with db.read() as connection:
            return list(connection.execute(query).scalars())

    def assert_copied(self) -> None:
        """Our copy is what NeroPay has."""
        theirs = {
            str(row["id"]): {name: row[name] for name in FIELDS} for row in self.sandbox.customers()
        }
        assert {row.id: row.values() for row in map(directory.find, theirs) if row} == theirs
        assert directory.status().row_count == len(theirs)
        listed = {(row.id, row.name, row.is_active) for row in list_categories()}
        assert listed == {
            (str(row["id"]), row["name"], bool(row["is_active"]))
            for row in self.sandbox.categories()
        }
