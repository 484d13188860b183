"""The state of things at a glance: the line to NeroPay, what it allows, our copy, the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the page."""
    from webapp.status.views import bp

    app.register_blueprint(bp)
