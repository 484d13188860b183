"""The first page after sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from webapp.overview import service
from webapp.people.service import Permission, requires
from webapp.ui.htmx import render_page

if TYPE_CHECKING:
    from flask import Response

bp = Blueprint("overview", __name__)


@bp.get("/")
@requires(Permission.CUSTOMERS_READ)
def index() -> Response:
    """Show the numbers."""
    return render_page("overview/index.html", "overview/_numbers.html", numbers=service.numbers())
