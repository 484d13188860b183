"""The overview: the shop's numbers at a glance, all from our copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the page."""
    from webapp.overview.views import bp

    app.register_blueprint(bp)
