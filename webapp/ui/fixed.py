"""Markup that is the same for the same few values: a template's macros, each made once for them.

The frame around every page was a sixth of a millisecond, a third of the page's own time; made once
for each part of the navigation and each role it takes a tenth of that. Not here: anything that
depends on the request, the session, the clock or the data. Such macros are imported as usual.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from jinja2.environment import TemplateModule
    from markupsafe import Markup

_OF_A_REQUEST = frozenset(
    {"g", "request", "session", "get_flashed_messages", "csrf_token", "can", "own_factors"}
)
_MOST = 512  # sets of values of one macro: names of icons, labels of fields, never what was typed


class FixedMacros:
    """The macros of a template, as attributes; `{{ frame.keys() }}` once it is a global.

    They see the globals of the application, but for those that belong to a request, and no more
    than their arguments of a page.

    Args:
        app: The application whose templates these are.
        template: The file with the macros.
    """

    def __init__(self, app: Flask, template: str) -> None:
        self._app = app
        self._template = template

    def __getattr__(self, name: str) -> Callable[..., Markup]:
        """Give a macro, which is asked for here once and is an attribute from then on."""

        @lru_cache(maxsize=_MOST, typed=True)
        def make(*values: str | bool | int) -> Markup:
            markup: Markup = getattr(self._module(), name)(*values)
            return markup

        setattr(self, name, make)
        return make

    def _module(self) -> TemplateModule:
        env = self._app.jinja_env.overlay()
        env.globals = {
            name: value for name, value in env.globals.items() if name not in _OF_A_REQUEST
        }
        return env.get_template(self._template).module
