"""The journal of intended writes: intent, send, settle, recover. It knows no feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Make room for the handlers that the features register."""
    app.extensions.setdefault("tillside.writes", {})
