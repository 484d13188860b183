"""Jane, customer 1001 of NeroPay and of our copy, and who corrects her."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.customers.makers import JANE
from webapp.activity.service import Actor
from webapp.customers import service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Member
    from webapp.sandbox.testing import Sandbox


@pytest.fixture
def jane(app: Flask, sandbox: Sandbox) -> Iterator[None]:
    """She is copied, no call is counted yet, and the test runs inside the application."""
    sandbox.seed(customers=2, categories=0)
    sandbox.set_customer(1001, **JANE)
    with app.app_context():
        service.run_sync(reason="test")
        sandbox.forget_requests()
        yield


@pytest.fixture
def mary(cast: dict[str, Member]) -> Actor:
    """A member of staff, as the services know her."""
    return Actor(cast["staff"].id, "Mary Smith", "192.0.2.7")
