"""Marks at the rows of the list whose last write is not confirmed, or waits for NeroPay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from webapp.ui.cells import append_to_cells
from webapp.writes.waiting import marks_of

if TYPE_CHECKING:
    from flask import Flask
    from markupsafe import Markup

    from webapp.ui.cells import Rows

_NAME = 1  # the column of the name


def init_app(app: Flask) -> None:
    """Let the list's template mark its rows."""
    app.jinja_env.globals["marked_rows"] = marked_rows


def marked_rows(rows: Rows) -> Rows:
    """Put a mark behind the name in each row with something under way."""
    marks = marks_of("customer")
    if not marks:
        return rows
    module = current_app.jinja_env.get_template("writes/_marks.html").module
    unknown: Markup = module.mark("unknown")  # type: ignore[attr-defined]  # a macro
    held: Markup = module.mark("held")  # type: ignore[attr-defined]  # a macro
    found = dict.fromkeys(marks.held, " " + held) | dict.fromkeys(marks.unknown, " " + unknown)
    return append_to_cells(rows, found, _NAME)
