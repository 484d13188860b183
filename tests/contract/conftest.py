"""The two sides of the contract: our sandbox always, the real NeroPay when a key is given.

`NEROPAY_CONTRACT_KEY` is the secret of a merchant who does not mind; then every read is tried
on the real NeroPay too. Writes follow with `NEROPAY_CONTRACT_WRITES=1` only: they leave
customers behind, which no API can delete. `NEROPAY_CONTRACT_URL` and
`NEROPAY_CONTRACT_ACCOUNT` name another address and a connected merchant.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from webapp.neropay import NeroPay
from webapp.sandbox.testing import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from webapp.sandbox.testing import Sandbox

LIVE_URL = "https://eu.neropay.app/v2"
KEY = os.environ.get("NEROPAY_CONTRACT_KEY", "")
READABLE = ["sandbox", *(["neropay"] if KEY else [])]
WRITABLE = READABLE if os.environ.get("NEROPAY_CONTRACT_WRITES") == "1" else ["sandbox"]


@dataclass
class Side:
    """One side, with a client for it and the means to make others.

    Attributes:
        sandbox: the sandbox behind it, None on the real NeroPay.
    """

    options: dict[str, Any]
    sandbox: Sandbox | None
    clients: list[NeroPay] = field(default_factory=list)

    def client(self, **changes: Any) -> NeroPay:
        """Return a client that differs from the right one as the changes say."""
        client = NeroPay(**self.options | changes)
        self.clients.append(client)
        return client


def _side(name: str, tmp_path: Path) -> Iterator[Side]:
    if name == "neropay":
        options: dict[str, Any] = {
            "base_url": os.environ.get("NEROPAY_CONTRACT_URL", LIVE_URL),
            "secret_key": KEY,
            "account": os.environ.get("NEROPAY_CONTRACT_ACCOUNT") or None,
        }
        yield from _closing(Side(options, None))
        return
    with running_sandbox(tmp_path / "sandbox.sqlite3") as sandbox:
        sandbox.seed(customers=230, categories=12)
        options = {"base_url": sandbox.url, "secret_key": sandbox.secret_key}
        yield from _closing(Side(options | {"sleep": lambda _: None}, sandbox))


def _closing(side: Side) -> Iterator[Side]:
    yield side
    for client in side.clients:
        client.close()


@pytest.fixture(params=READABLE)
def side(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    """Each side that may be read."""
    yield from _side(request.param, tmp_path)


@pytest.fixture(params=WRITABLE)
def writable(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Side]:
    """Each side that may be written to."""
    yield from _side(request.param, tmp_path)


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Side]:
    """The sandbox, for what only it can be made to do."""
    yield from _side("sandbox", tmp_path)
