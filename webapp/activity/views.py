"""The pages of the trail: the list with its filters, and the same as a file."""

from __future__ import annotations

from flask import Blueprint, Response, request, stream_with_context, url_for

from webapp.activity.export import note_export, stream_csv
from webapp.activity.lines import days_of, options_of
from webapp.activity.listing import list_choices, list_entries
from webapp.activity.queries import arguments_of, query_from_request, record_of, summary_of
from webapp.activity.scopes import current_scope
from webapp.clock import now
from webapp.people.service import (
    Permission,
    current_actor,
    needs_step_up,
    requires,
    sends_file,
)
from webapp.ui.htmx import is_partial, render_page

blueprint = Blueprint("activity", __name__, url_prefix="/activity")


@blueprint.get("")
@requires(Permission.SELF)
def index() -> Response:
    """List who did what: everything that the person may see, or what a query finds of it."""
    scope = current_scope()
    query = query_from_request()
    arguments = arguments_of(query)
    listing = list_entries(query, scope)
    response = render_page(
        "activity/index.html",
        "activity/_results.html",
        query=query,
        record=record_of(query),
        arguments=arguments,
        listing=listing,
        days=days_of(listing.entries),
        options={} if is_partial() else options_of(list_choices(scope), scope),
        scope=scope,
    )
    if request.headers.get("HX-Source") == "form#filters":  # typing: the address without gaps
        response.headers["HX-Replace-Url"] = url_for("activity.index", **arguments)
    return response


@blueprint.get("/export")
@requires(Permission.EXPORT)
@needs_step_up
@sends_file
def export() -> Response:
    """Send what the query finds as a CSV file."""
    scope = current_scope()
    query = query_from_request()
    if request.method == "GET":
        note_export(current_actor(), summary_of(arguments_of(query)))
    response = Response(stream_with_context(stream_csv(query, scope)), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="activity-{now():%F}.csv"'
    return response
