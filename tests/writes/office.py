"""An application that has the journal and a NeroPay, and nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from flask import Flask

from webapp import clock as app_clock
from webapp.activity.service import Actor
from webapp.extensions import db
from webapp.neropay import BadResponse, NeroPay, customer_from
from webapp.writes.service import (
    Applied,
    Decision,
    Intent,
    Outcome,
    State,
    Verdict,
    new_intent_id,
    register,
    submit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from tests.conftest import Clock
    from webapp.sandbox.testing import Sandbox
    from webapp.writes.held import Held
    from webapp.writes.models import Guard


@dataclass
class Notebook:
    """A feature's handler that keeps what it is given, and decides as a test says."""

    applied: list[tuple[str, Any, int]] = field(default_factory=list)
    verdict: Verdict | Exception = field(default_factory=lambda: Verdict(Decision.RESEND))
    rechecks: list[bool] = field(default_factory=list)

    def apply(self, connection: Connection, intent: Intent, data: Any, seq: int) -> Applied:
        assert connection.in_transaction()
        if intent.method == "DELETE":
            self.applied.append((intent.id, data, seq))
            return Applied(intent.record_id, intent.label)
        customer = customer_from(data)
        if customer.name == "unreadable":
            raise BadResponse("bad_record")
        self.applied.append((intent.id, data, seq))
        changes = {name: (intent.before.get(name), new) for name, new in intent.sent().items()}
        return Applied(customer.id, customer.name, changes, {"city": ("sent", "answered")})

    def recheck(self, intent: Intent, *, is_old: bool) -> Verdict:
        self.rechecks.append(is_old)
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return self.verdict


@dataclass(frozen=True)
class Office:
    """An application that has the journal and a NeroPay, and people to write as."""

    app: Flask
    notebook: Notebook
    clock: Clock
    anna: Actor
    ben: Actor
    client_time: list[float]

    def rest(self) -> None:
        """Let so much time pass for the client that its breaker forgets."""
        self.client_time[0] += 20.0

    def create(self, name: str = "Jane", intent_id: str | None = None, **more: Any) -> Outcome:
        """Submit a new customer."""
        values: dict[str, Any] = {
            "intent_id": intent_id or new_intent_id(),
            "actor": self.anna,
            "kind": "customer.create",
            "method": "POST",
            "path": "/customers",
            "body": json.dumps({"name": name}).encode(),
            "record_type": "customer",
            "label": name,
            "before": {},
        }
        return submit(**(values | more))

    def change(self, customer_id: int, fields: Mapping[str, Any], **more: Any) -> Outcome:
        """Submit a change of a customer."""
        return self.create(
            kind="customer.update",
            method="PATCH",
            path=f"/customers/{customer_id}",
            body=json.dumps(fields).encode(),
            record_id=str(customer_id),
            **more,
        )

    def send(self, one: Held, guard: Guard) -> Outcome:
        """Submit a new customer that was held, as its feature does when it leaves."""
        return self.create(
            one.label, one.id, actor=one.actor, guard=guard, held_since=one.created_at
        )

    def become_unknown(self, sandbox: Sandbox, *ids: str) -> None:
        """Submit new customers that NeroPay takes and answers with a 500."""
        for intent_id in ids:
            sandbox.fault(action="status", status=500, effect=True, times=0)
            assert self.create("Jane", intent_id).state is State.UNKNOWN
            sandbox.clear_faults()
            self.rest()
        sandbox.forget_requests()


def build_app(url: str, base_url: str, key: str, clock: Callable[[], Any], **client: Any) -> Flask:
    """Wire the journal alone; also used by the script that is killed."""
    app = Flask("journal")
    app_clock.init_app(app, clock)
    db.init_app(app, url)
    app.extensions["tillside.neropay"] = NeroPay(base_url=base_url, secret_key=key, **client)
    return app


def register_all(notebook: Notebook) -> None:
    for kind in ("customer.create", "customer.update", "category.delete"):
        register(kind, notebook)
