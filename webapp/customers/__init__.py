"""Customers: find, show, add and correct them; our copy of them and the sync that keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages, and what a settled write does to our copy."""
    from webapp.customers import edit_views, service

    service.init_app(app)
    app.register_blueprint(edit_views.bp)  # the blueprint of views, with its own routes added
