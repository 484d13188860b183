"""One world for the tests of a module."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.backing import Clock
from tests.matrix.places import Authority, standing
from tests.matrix.world import World
from webapp.ops import logs
from webapp.sandbox.testing import running_sandbox
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CUSTOMERS = 12


@pytest.fixture(scope="module")
def world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    shutil.copy(sqlite_template, folder / "tillside.db")
    authority = Authority(folder)
    with (
        pytest.MonkeyPatch.context() as patch,
        running_sandbox(folder / "sandbox.db") as sandbox,
        standing(folder / "sandbox.db", authority) as urls,
    ):
        # Where requests looks for authorities when it is not told otherwise; and we never do.
        patch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", str(authority.bundle))
        settings = Settings(
            app_env="development",
            neropay_secret_key=sandbox.secret_key,
            neropay_base_url=sandbox.url,
            secret_key="a-key-for-tests-only",
            var_dir=folder,
            database_url=f"sqlite:///{folder / 'tillside.db'}",
            public_url="http://localhost",
        )
        with World(settings, sandbox, Clock(), urls).open(CUSTOMERS) as world:
            yield world


@pytest.fixture(autouse=True)
def _logging() -> Iterator[None]:
    """What is logged is written as in production."""
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    logs.configure("INFO")
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
