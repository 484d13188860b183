"""Tillside: the back office of a merchant on NeroPay.

Here: `create_app`, the one place that wires everything together. Not here: any behaviour.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flask import Flask, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from webapp import (
    activity,
    categories,
    cli,
    clock,
    customers,
    errors,
    jobs,
    layout,
    ops,
    overview,
    people,
    status,
    ui,
    writes,
)
from webapp.extensions import csrf, db, htmx, login_manager
from webapp.neropay import NeroPay
from webapp.ops import refused
from webapp.settings import Settings
from webapp.ui.requests import FORM_PARTS, Application
from webapp.ui.routing import RecordIdConverter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

_FORM_BYTES = 64 * 1024
# Probes come by address, not by name.
_ANY_HOST = frozenset({"ops.healthz", "ops.readyz", "ops.metrics"})


def create_app(
    settings: Settings | None = None,
    *,
    clock_source: Callable[[], datetime] | None = None,
    neropay: NeroPay | None = None,
) -> Flask:
    """Make the application.

    Args:
        settings: What this installation is told; read from the environment when not given.
        clock_source: Tells the time, aware and in UTC; the system's clock when not given.
        neropay: The signed client; made from the settings when not given.

    Returns:
        The application, ready to serve, work or run commands.

    Raises:
        SettingsError: When the environment is read and anything in it is wrong.
    """
    settings = settings or Settings.from_environment(os.environ)
    app = Application(
        __name__,
        template_folder="../templates",
        static_folder=None,
        instance_path=str(settings.var_dir),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=[settings.secret_key_before] if settings.secret_key_before else None,
        MAX_CONTENT_LENGTH=_FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=_FORM_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
    )
    app.url_map.merge_slashes = False  # its redirect would name whatever host the request named
    app.url_map.converters["record_id"] = RecordIdConverter
    app.extensions["tillside.settings"] = settings
    app.extensions["tillside.neropay"] = neropay or NeroPay(
        base_url=settings.neropay_base_url,
        secret_key=settings.neropay_secret_key,
        account=settings.neropay_account,
        # A thread is left for pages of our own, even while NeroPay does not answer at all.
        max_concurrent=max(1, settings.web_threads - 2),
        max_waiting=1 if settings.web_threads > 2 else 0,
        calls_per_minute=settings.neropay_calls_per_minute,
    )
    clock.init_app(app, clock_source)
    db.init_app(app, settings.database_url, pool_size=settings.web_threads)
    login_manager.init_app(app, add_context_processor=False)  # templates ask for `person`
    csrf.init_app(app)
    htmx.init_app(app)
    ui.init_app(
        app,
        is_sandbox=settings.is_sandbox,
        has_hsts=settings.is_production,
        time_zone=settings.time_zone,
    )
    ops.init_app(app)  # around everything above: static files have a request id as well
    errors.init_app(app)
    for feature in (people, activity, writes, customers, categories, overview, status, jobs):
        feature.init_app(app)
    layout.init_app(app)
    _trust_only(app, settings.trusted_hosts)
    refused.init_app(app)
    cli.init_app(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]  # Flask's own way
    return app


def _trust_only(app: Flask, hosts: tuple[str, ...]) -> None:
    """Refuse requests that name a host which is not ours; without a list, any will do."""
    if not hosts:
        return

    def check_host() -> None:
        if request.endpoint not in _ANY_HOST and not host_is_trusted(request.host, hosts):
            abort(400)

    # Before everything else that looks at a request: another host's name is not sent to /login.
    app.before_request_funcs.setdefault(None, []).insert(0, check_host)
