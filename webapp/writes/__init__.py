"""The journal of intended writes: intent, send, settle, recover. It knows no feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the page of a write, and make room for the handlers of the features."""
    from webapp.writes import abilities, away, open_views, template_globals

    app.extensions.setdefault("tillside.writes", {})
    abilities.init_app(app)
    away.init_app(app)
    template_globals.init_app(app)
    app.register_blueprint(open_views.bp)  # that of `views`
