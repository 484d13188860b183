"""An application of sign-in, sessions and permissions alone, with a route for each permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Flask

from webapp import clock as application_clock
from webapp import errors, ops, people, ui
from webapp.extensions import csrf, db, htmx, login_manager
from webapp.neropay import NeroPay
from webapp.people.commands import user_commands
from webapp.people.service import Permission, current_person, polling, public, requires

if TYPE_CHECKING:
    from tests.conftest import Clock
    from webapp.settings import Settings


def make_small_app(settings: Settings, clock: Clock) -> Flask:
    app = Flask("webapp", template_folder="../templates", static_folder=None)
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=64 * 1024)
    app.extensions["tillside.settings"] = settings
    app.extensions["tillside.neropay"] = NeroPay(
        base_url=settings.neropay_base_url, secret_key=settings.neropay_secret_key
    )
    application_clock.init_app(app, clock)
    db.init_app(app, settings.database_url)
    for extension in (login_manager, csrf, htmx):
        extension.init_app(app)
    ops.init_app(app)
    ui.init_app(app, is_sandbox=False, has_hsts=False)
    errors.init_app(app)
    people.init_app(app)
    app.context_processor(lambda: {"person": current_person()})
    app.cli.add_command(user_commands)
    app.register_blueprint(_overview())
    app.register_blueprint(_records())
    return app


def _overview() -> Blueprint:
    overview = Blueprint("overview", __name__)

    @overview.get("/")
    @requires(Permission.SELF)
    def index() -> str:
        return "overview"

    return overview


def _records() -> Blueprint:
    """One route for each permission, one for all, one that pages poll, and one without a mark."""
    records = Blueprint("records", __name__, url_prefix="/records")
    for permission in Permission:
        view = requires(permission)(lambda permission=permission: str(permission))
        records.add_url_rule(
            f"/{permission}", permission.name.lower(), view, methods=["GET", "POST"]
        )
    records.add_url_rule("/public", "public", public(lambda: "public"))
    records.add_url_rule("/unmarked", "unmarked", lambda: "unmarked")
    polled = polling(requires(Permission.SELF)(lambda: "polled"))
    records.add_url_rule("/polled", "polled", polled)
    return records
