"""The application's shared parts, unbound: `create_app` binds them to one application.

Not here: anything that knows a feature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask_htmx import HTMX
from flask_login import LoginManager

from webapp.db import Database
from webapp.ui.csrf import CsrfProtect

if TYPE_CHECKING:
    from webapp.neropay import NeroPay
    from webapp.settings import Settings

db = Database()
login_manager = LoginManager()
csrf = CsrfProtect()
htmx = HTMX()


def neropay() -> NeroPay:
    """Give the signed client of the current application."""
    client: NeroPay = current_app.extensions["tillside.neropay"]
    return client


def settings() -> Settings:
    """Give the settings that the current application was made with."""
    value: Settings = current_app.extensions["tillside.settings"]
    return value
