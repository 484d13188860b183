"""The audit trail: who did what to which record, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add the page of the trail."""
    from webapp.activity import views  # it uses people, who use the trail

    app.register_blueprint(views.blueprint)
