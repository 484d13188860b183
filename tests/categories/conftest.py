"""Categories in NeroPay and in our copy, and who keeps them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from webapp.activity.service import Actor
from webapp.categories import service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask

    from tests.conftest import Member
    from webapp.sandbox.testing import Sandbox


@pytest.fixture
def in_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def mona(cast: dict[str, Member]) -> Actor:
    """A manager, as the services know her."""
    return Actor(cast["manager"].id, "Mona Manager", "192.0.2.7")


@pytest.fixture
def three(in_app: None, sandbox: Sandbox) -> list[dict[str, Any]]:
    """Three categories that may be deleted, in NeroPay and in our copy."""
    sandbox.seed(customers=0, categories=3)
    for category in sandbox.categories():
        sandbox.set_category(category["id"], in_use=0)
    assert service.refresh_categories().is_complete
    sandbox.forget_requests()
    return sandbox.categories()
