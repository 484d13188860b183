"""The time, as the application sees it; tests give their own clock to `create_app`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

_KEY = "tillside.clock"


def init_app(app: Flask, clock: Callable[[], datetime] | None) -> None:
    """Bind `clock` (default: the system's) to `app`."""
    app.extensions[_KEY] = clock or (lambda: datetime.now(UTC))


def now() -> datetime:
    """Give the current moment, aware, in UTC."""
    moment: datetime = current_app.extensions[_KEY]()
    return moment
