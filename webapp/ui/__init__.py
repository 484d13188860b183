"""What every page shares: page or part, forms, words, filters, headers, static files.

Knows no feature and imports none. `init_app` puts all of it on one application.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app
from jinja2 import StrictUndefined

from webapp.ui import cells, compress, filters, headers, htmx, messages
from webapp.ui.fixed import FixedMacros
from webapp.ui.icons import ICONS
from webapp.ui.templating import WithoutIndentation

if TYPE_CHECKING:
    from flask import Flask


@dataclass(frozen=True, slots=True)
class UiState:
    """What the shared parts of one application know.

    Attributes:
        zone: Time zone in which staff read times.
        is_sandbox: Whether every page says that this is not the real NeroPay.
    """

    zone: ZoneInfo
    is_sandbox: bool


def init_app(
    app: Flask, *, is_sandbox: bool, has_hsts: bool, time_zone: str = "Europe/London"
) -> None:
    """Put the shared parts on an application made with `static_folder=None`.

    Args:
        app: The application; its templates are in `templates/` of the project.
        is_sandbox: Whether every page carries the standing sandbox banner.
        has_hsts: Whether to send `Strict-Transport-Security` (production).
        time_zone: IANA name of the zone in which staff read times.

    Raises:
        zoneinfo.ZoneInfoNotFoundError: If there is no such zone.
    """
    # Not above: `python -m webapp.ui.assets` would find itself imported already.
    from webapp.ui import assets

    app.extensions["tillside.ui"] = UiState(ZoneInfo(time_zone), is_sandbox)
    env = app.jinja_env
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.add_extension(WithoutIndentation)
    env.globals["icon_paths"] = ICONS
    env.globals["icon"] = FixedMacros(app, "macros/icons.html").icon
    env.globals["frame"] = FixedMacros(app, "macros/frame.html")
    env.globals["url_exists"] = url_exists
    env.globals["path_of"] = _path_finder(app)
    env.globals["words"] = messages
    env.globals["is_sandbox"] = is_sandbox
    env.globals["is_partial"] = htmx.is_partial
    filters.register(app)
    env.filters["fill"] = cells.fill
    # Run in reverse: compression sees the finished answer, then the headers are put on.
    headers.init_app(app, hsts=has_hsts)
    compress.init_app(app)
    app.after_request(htmx.retarget_errors)
    assets.init_app(app, hsts=has_hsts)


def url_exists(endpoint: str) -> bool:
    """Say whether this application has an endpoint, e.g. "activity.index"."""
    return endpoint in current_app.view_functions


def _path_finder(app: Flask) -> object:
    @lru_cache(maxsize=256)
    def pattern_of(endpoint: str, *names: str) -> str:
        if endpoint not in app.view_functions:
            return ""
        marks = {name: f"MARK-{name}" for name in names}
        path = app.url_map.bind("").build(endpoint, marks)
        for name, mark in marks.items():
            path = path.replace(mark, f"{{{name}}}")
        return path

    def path_of(endpoint: str, **ids: str) -> str:
        """Give the path of an endpoint, or "" when there is none.

        For what stands on many pages: `url_for` takes 0.01 ms, and pages have a dozen addresses.

        Args:
            endpoint: E.g. "customers.edit".
            ids: The ids of records in the path, by their names; they hold nothing to be quoted.
        """
        pattern = pattern_of(endpoint, *ids)
        return pattern.format(**ids) if ids else pattern

    return path_of
