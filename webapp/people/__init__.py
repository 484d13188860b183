"""People who work here: sign-in, sessions, roles and what each role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add sessions, the guard of every route, and the pages of sign-in and the own account."""
    from webapp.people import (
        permissions,
        session_views,
        sessions,
        views,
    )  # they import this package

    sessions.init_app(app)
    permissions.init_app(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(session_views.blueprint)
