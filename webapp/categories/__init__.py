"""Categories: list, add and delete the groups that orders, products and tills use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Register the pages, and what a settled write does to our copy."""
    from webapp.categories import candidates, deleted_views, held_views, service

    service.init_app(app)
    with app.app_context():
        candidates.register()
    assert deleted_views.bp is held_views.bp  # the blueprint of views, with routes added
    app.register_blueprint(held_views.bp)
