"""Page or part: what an answer looks like for a browser's own request and for htmx 4.

htmx 4 says in `HX-Request-Type` whether it will swap a part or the whole body, and it asks again
for the full page when the history is restored (documented in its package, dist/skills). Requests
are `fetch`: redirects are followed out of sight, so redirecting is a matter of its own here.

Not here: which exception becomes which page (webapp.errors), words (`messages`).
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from flask import Response, current_app, g, make_response, redirect, render_template, request
from flask_htmx import HTMX
from werkzeug.exceptions import HTTPException
from werkzeug.urls import iri_to_uri

from webapp.ui.requests import split_address

# One slash, then no second one (nor a backslash, which browsers read as one), and nowhere a
# backslash, a space or a control character: browsers strip tabs and line breaks out of addresses.
_OWN_PATH: Final = re.compile(r"/(?![/\\])[^\\\s\x00-\x20\x7f-\x9f]*")
_LONGEST: Final = 2000  # characters

ALERTS: Final = "#alerts"  # the region for messages, in both layouts

_htmx: Final = HTMX()  # reads the current request only; needs no application


def retarget_errors(response: Response) -> Response:
    """Put an error page's part into the region for messages, whatever the request's target was.

    A form that failed thus stays where it is with all that was typed. Error pages are told from
    other answers by `g.error_code`, which their handlers set.
    """
    if "error_code" in g and is_htmx():
        response.headers["HX-Retarget"] = ALERTS
        response.headers["HX-Reswap"] = "innerHTML show:top"
        response.headers["HX-Replace-Url"] = "false"
    return response


def is_htmx() -> bool:
    """Say whether htmx made the current request."""
    return bool(_htmx)


def is_partial() -> bool:
    """Say whether the current request wants a part of a page, to be swapped into one."""
    return (
        bool(_htmx)
        and request.headers.get("HX-Request-Type", "partial") == "partial"
        and not _htmx.history_restore_request
    )


def render_page(page: str, part: str, *, status: int = 200, **context: object) -> Response:
    """Render a part of a page for htmx, or the page that includes it for everything else.

    Args:
        page: Template of the full page; it includes `part`.
        part: Template of the part alone (`_name.html`, one root element with a stable id).
        status: HTTP status of the answer.
        **context: The template's variables.

    Returns:
        The answer. The headers that depend on the request are set for all answers in `headers`.
    """
    return make_response(render_template(part if is_partial() else page, **context), status)


def redirect_to(url: str) -> Response:
    """Send the browser to another of our pages.

    A browser gets 303. htmx gets 204 with `HX-Redirect`, which loads the page as a link would: a
    303 would be followed by `fetch` and its page put into the middle of this one. A fragment is
    dropped when the page is the one that the browser shows: it would only scroll there.

    Args:
        url: A path of ours, from `url_for` or `return_place`; never what a request supplied.

    Raises:
        ValueError: If `url` leaves this site.
    """
    if not _OWN_PATH.fullmatch(url):
        message = "redirects stay on this site"
        raise ValueError(message)
    url = iri_to_uri(url)  # headers are Latin-1 on the wire
    if not is_htmx():
        return make_response(redirect(url, 303))
    parts = split_address(url)
    shown = split_address(request.headers.get("HX-Current-URL"))
    if parts.fragment and (shown.path, shown.query) == (parts.path, parts.query):
        url = url.partition("#")[0]
    response = make_response("", 204)
    response.headers["HX-Redirect"] = url
    return response


def reload_page() -> Response:
    """Have htmx load the page that the browser shows anew, at whatever address it has by now."""
    response = make_response("", 204)
    response.headers["HX-Refresh"] = "true"
    return response


def return_place(raw: str | None, default: str) -> str:
    """Turn a supplied return address into one of our own pages, or into the default.

    Args:
        raw: What the request says (`next=`); anything at all.
        default: A path of ours, from `url_for`.

    Returns:
        Path and query of a page that our URL map answers GET for, without a fragment; `default`
        when there is none, or it is longer than 2,000 characters.
    """
    if not raw or len(raw) > _LONGEST or not _OWN_PATH.fullmatch(raw):
        return default
    parts = split_address(raw)
    if parts.scheme or parts.netloc:
        return default
    try:
        current_app.url_map.bind("").match(unquote(parts.path), method="GET")
    except (HTTPException, ValueError):  # RequestRedirect is an HTTPException as well
        return default
    return iri_to_uri(f"{parts.path}?{parts.query}" if parts.query else parts.path)
