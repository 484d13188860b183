"""People who work here: sign-in, sessions, roles and what each role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Add sessions, the guard of every route, and the pages of sign-in and the own account."""
    from webapp.people import (
        crowd,
        permissions,
        session_views,
        sessions,
        views,
    )  # they import this package
    from webapp.people.factors import own, own_views
    from webapp.people.factors import views as factor_views
    from webapp.people.team import joining
    from webapp.people.team import views as team_views

    crowd.init_app(app)
    sessions.init_app(app)
    permissions.init_app(app)
    app.register_blueprint(views.blueprint)
    app.register_blueprint(session_views.blueprint)
    app.register_blueprint(team_views.blueprint)
    app.register_blueprint(joining.blueprint)
    app.register_blueprint(factor_views.blueprint)
    app.register_blueprint(own_views.blueprint)
    app.jinja_env.globals["own_factors"] = own.own_factors
