"""What the frame of every page is told: who is signed in, how fresh the copy is, the request's id.

Not here: what a page itself shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from webapp.customers import service
from webapp.ops.requests import request_id
from webapp.people.service import current_person
from webapp.ui.htmx import is_partial
from webapp.writes import waiting

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Give it to every template."""
    app.context_processor(_context)


def _context() -> dict[str, object]:
    person = current_person()
    has_frame = person is not None and not is_partial() and not g.get("error_code")
    is_shown = request.method != "HEAD"
    return {
        "person": person,
        "attention": (
            waiting.attention(person.id, is_shown=is_shown) if person and has_frame else None
        ),
        "freshness": service.freshness() if has_frame else None,
        "request_id": request_id(),
    }
