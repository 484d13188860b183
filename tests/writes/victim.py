"""A process that submits one write and is killed at a chosen moment. Run by test_crash.py.

Arguments: database URL, sandbox URL, secret key, person's id, intent id, and where it dies:
`before_sending`, `after_answer`, or `elsewhere` (the test kills it).
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from typing import Any

from tests.writes.office import Notebook, build_app, register_all
from webapp.activity.service import Actor
from webapp.neropay import NeroPay
from webapp.writes.service import submit


class Doomed(NeroPay):
    """A client that ends its process around the one call."""

    where = "elsewhere"

    def send_write(self, *args: Any, **kwargs: Any) -> dict[str, object] | None:
        if self.where == "before_sending":
            os.kill(os.getpid(), signal.SIGKILL)
        data = super().send_write(*args, **kwargs)
        if self.where == "after_answer":
            os.kill(os.getpid(), signal.SIGKILL)
        return data


def main(*arguments: str) -> None:
    url, base_url, key, person_id, intent_id, where = arguments
    app = build_app(url, base_url, key, lambda: datetime.now(UTC))
    client = Doomed(base_url=base_url, secret_key=key)
    client.where = where
    app.extensions["tillside.neropay"] = client
    with app.app_context():
        register_all(Notebook())
        submit(
            intent_id=intent_id,
            actor=Actor(int(person_id), "Anna", "192.0.2.7"),
            kind="customer.create",
            method="POST",
            path="/customers",
            body=b'{"name":"Jane"}',
            record_type="customer",
            label="Jane",
            before={},
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
