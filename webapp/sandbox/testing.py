"""A running sandbox for tests, and the handle to it.

The handle reaches into the sandbox directly; the server answers over real HTTP.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from webapp.sandbox import operations
from webapp.sandbox.app import ACCOUNT_ID, create_sandbox
from webapp.sandbox.server import Server, serve
from webapp.sandbox.state import State

SECRET_KEY = "sk_sandbox_0123456789abcdef0123456789abcdef"  # noqa: S105 (of the test vectors)
PATIENCE_SECONDS = 60.0


class Sandbox:
    """The handle to a running sandbox.

    Attributes:
        secret_key: the merchant's secret.
        account_id: the merchant's id.
        port: where it listens; the same after stop and start.
    """

    def __init__(
        self,
        path: Path,
        *,
        secret_key: str = SECRET_KEY,
        account_id: str | None = ACCOUNT_ID,
        clock: Callable[[], float] = time.time,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.path = path
        self.secret_key = secret_key
        self.account_id = account_id
        self.port = port
        self._clock = clock
        self._tls = tls
        self._server: Server
        self._app: Flask
        self.start()

    @property
    def url(self) -> str:
        """The base URL of the API, e.g. http://127.0.0.1:8001/v2."""
        return self._server.url

    @property
    def controls_url(self) -> str:
        """The base URL of the controls."""
        return self.url.removesuffix("/v2") + "/_sandbox"

    def start(self) -> None:
        """Listen, after stop; with the same file and on the same port."""
        self._app = create_sandbox(
            path=self.path,
            secret_key=self.secret_key,
            account_id=self.account_id,
            clock=self._clock,
        )
        self._server = serve(self._app, "127.0.0.1", self.port, self._tls)
        self.port = self._server.port

    def stop(self) -> None:
        """Stop listening: from now on connections are refused by the system itself."""
        self._server.stop()

    def restart(self) -> None:
        """Stop and start; faults and the request log are gone, all else is as it was."""
        self.stop()
        self.start()

    def fault(self, **spec: Any) -> None:
        """Script one fault; the parameters are in the docstring of misbehave.py."""
        self._state.faults.add([spec])

    def faults(self, specs: Iterable[Mapping[str, Any]]) -> None:
        """Script several faults, met in this order."""
        self._state.faults.add(specs)

    def pending_faults(self) -> list[dict[str, Any]]:
        """Return the faults still to come."""
        return self._state.faults.as_list()

    def clear_faults(self) -> None:
        """Forget the script; waits in progress go on."""
        self._state.faults.clear()

    def await_waiting(self, calls: int = 1) -> None:
        """Block until so many calls wait in a fault (or drip).

        Raises:
            TimeoutError: they did not within a minute.
        """
        if not self._state.faults.wait_until_waiting(calls, PATIENCE_SECONDS):
            raise TimeoutError(f"fewer than {calls} calls are waiting")

    def release(self) -> None:
        """Let every waiting call go on now, as if its time were over."""
        self._state.faults.release()

    def reset(self) -> None:
        """Empty everything and put the switches back; waiting calls end without an effect."""
        operations.reset(self._state)

    def seed(self, customers: int = 2000, categories: int = 12) -> None:
        """Replace every record by made-up ones, the same each time; empties the ledger."""
        operations.seed(self._state, customers=customers, categories=categories)

    def switch(self, **switches: Any) -> None:
        """Change switches; names and values are in switches.py."""
        self._state.switches.set(switches)

    def ledger(self) -> list[dict[str, Any]]:
        """Return every effect: seq, key, method, path, record_id, at, body_sha256."""
        return operations.read_ledger(self._state)

    def requests(self) -> list[dict[str, Any]]:
        """Return every request received: method, path, query, key, at, status, replayed, fault."""
        return self._state.requests.as_list()

    def forget_requests(self) -> None:
        """Start the list of received requests anew."""
        self._state.requests.clear()

    def get_customer(self, customer_id: int) -> dict[str, Any] | None:
        """Return a customer as NeroPay has it now, or None."""
        return operations.get_customer(self._state, customer_id)

    def customers(self) -> list[dict[str, Any]]:
        """Return every customer, by id."""
        return operations.list_customers(self._state)

    def categories(self) -> list[dict[str, Any]]:
        """Return every category, with in_use, by id."""
        return operations.list_categories(self._state)

    def set_customer(self, customer_id: int, **fields: Any) -> None:
        """Change a customer behind the product's back."""
        operations.set_customer(self._state, customer_id, fields)

    def delete_customer(self, customer_id: int) -> None:
        """Make a customer vanish, as only NeroPay itself could."""
        operations.delete_customer(self._state, customer_id)

    def set_category(self, category_id: int, **fields: Any) -> None:
        """Change a category behind the product's back; in_use=1 makes it refuse deletion."""
        operations.set_category(self._state, category_id, fields)

    @property
    def _state(self) -> State:
        state = self._app.extensions["sandbox"]
        assert isinstance(state, State)
        return state


@contextmanager
def running_sandbox(path: Path | str, **options: Any) -> Iterator[Sandbox]:
    """Run a sandbox for the length of a with block.

    Args:
        path: its SQLite file.
        options: secret_key, account_id, clock (Unix time in seconds), port (0: a free one),
            tls (an SSLContext: serve https).
    """
    sandbox = Sandbox(Path(path), **options)
    try:
        yield sandbox
    finally:
        sandbox.stop()
