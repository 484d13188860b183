from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from webapp import clock
from webapp.db import metadata
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def small_app(tmp_path: Path) -> Iterator[Flask]:
    """An application with a database and a clock, and nothing else."""
    app = Flask("trail")
    clock.init_app(app, lambda: datetime(2026, 4, 22, 10, tzinfo=UTC))
    db.init_app(app, f"sqlite:///{tmp_path / 'trail.db'}")
    with app.app_context():
        metadata.create_all(db.engine)
        yield app
        db.engine.dispose()
