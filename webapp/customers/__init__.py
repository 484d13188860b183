"""Customers: find, show, add and correct them; our copy of them and the sync that keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages, and what a settled write does to our copy."""
    from webapp.customers import presence_views, resolve_views, row_marks, service, undo_views

    service.init_app(app)
    row_marks.init_app(app)
    # One blueprint, that of `views`; each of these modules adds its routes to it.
    assert presence_views.bp is resolve_views.bp is undo_views.bp
    app.register_blueprint(undo_views.bp)
