"""Customers: find, show, add and correct them; our copy of them and the sync that keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages, and what a settled write does to our copy."""
    from webapp.customers import edit_views, service, views

    service.init_app(app)
    assert edit_views.bp is views.bp  # views reads, edit_views writes
    app.register_blueprint(views.bp)
