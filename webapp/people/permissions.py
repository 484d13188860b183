"""Who may do what: permissions, what each role has of them, and the guard of every route.

A view says `@requires(Permission.X)` or `@public`. The guard refuses every route that says
neither, so a forgotten mark is a closed door. Besides, a locked session reaches nothing but
`@lock_allowed`, one that has to set up a second factor nothing but `@setup_allowed`, and nobody
without a recent password or second factor what is marked `@needs_step_up`.

Not here: who somebody is (sessions.py).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

from flask import Response, abort, current_app, g, redirect, request, url_for

from webapp.people.models import ROLES, Role
from webapp.people.sessions import (
    current_person,
    is_locked,
    is_setup,
    is_stepped_up,
    is_unavailable,
)
from webapp.ui.requests import split_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.routing import Rule
    from werkzeug.wrappers import Response as BaseResponse

View = TypeVar("View", bound="Callable[..., Any]")

_MARK = "tillside_permission"
_SETUP_MARK = "tillside_setup_allowed"
_LOCK_MARK = "tillside_lock_allowed"
_STEP_UP_MARK = "tillside_needs_step_up"
_FILE_MARK = "tillside_sends_file"
_PUBLIC = "public"
_PUBLIC_ENDPOINTS = frozenset({"static", "ui.static"})  # files; their part knows no feature
_SAFE = frozenset({"GET", "HEAD"})
_PLAIN = "!$'()*,/:;?@"  # what url_for leaves as it is in a query
_LOGIN = "people.login"
_LOCK = "sessions.locked"
_SETUP = "/account/second-factor"
_STEP_UP = "/account/step-up"


class Permission(StrEnum):
    """Something that a route may ask for."""

    SELF = "self"  # the own account: anybody who is signed in
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    CATEGORIES_WRITE = "categories.write"
    EXPORT = "export"
    ACTIVITY_ALL = "activity.all"
    PEOPLE_MANAGE = "people.manage"
    WRITES_ALL = "writes.all"  # change, throw away or give up what others sent or left waiting
    OPTIONS = "options"  # what holds for everybody


_VIEWER = frozenset({Permission.SELF, Permission.CUSTOMERS_READ})
_STAFF = _VIEWER | {Permission.CUSTOMERS_WRITE}
# Whom somebody may manage is a matter of ranks (team/rules.py): an owner everybody but themself, a
# manager staff and viewers.
_MANAGER = _STAFF | {
    Permission.CATEGORIES_WRITE,
    Permission.EXPORT,
    Permission.ACTIVITY_ALL,
    Permission.PEOPLE_MANAGE,
    Permission.WRITES_ALL,
}

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.STAFF: _STAFF,
    Role.MANAGER: _MANAGER,
    Role.OWNER: frozenset(Permission),
}


def requires(permission: Permission) -> Callable[[View], View]:
    """Mark a view: only people whose role has `permission` get in."""
    return lambda view: _marked(view, _MARK, permission)


def public(view: View) -> View:
    """Mark a view: anybody gets in, signed in or not."""
    return _marked(view, _MARK, _PUBLIC)


def setup_allowed(view: View) -> View:
    """Mark a view: also for somebody who has to set up a second factor before anything else."""
    return _marked(view, _SETUP_MARK, True)


def lock_allowed(view: View) -> View:
    """Mark a view: also while the session is locked. It must show nothing of anybody."""
    return _marked(view, _LOCK_MARK, True)


def needs_step_up(view: View) -> View:
    """Mark a view: the password or second factor must have been given in the last 15 minutes.

    Use it together with `requires`, in any order. Whoever has not is sent to /account/step-up
    and comes back after it.
    """
    return _marked(view, _STEP_UP_MARK, True)


def sends_file(view: View) -> View:
    """Mark a view: it answers with a file, which the browser saves and shows no page for.

    Whoever has to say first who they are comes back to the page with the link to it: sent to the
    file itself they would stay on the page that asked them.
    """
    return _marked(view, _FILE_MARK, True)


def can(permission: Permission | str) -> bool:
    """Tell whether the signed-in person's role has `permission`; also in templates.

    Args:
        permission: A permission or its value, e.g. "customers.write".

    Raises:
        ValueError: No such permission.
    """
    person = current_person()
    return person is not None and Permission(permission) in PERMISSIONS[person.role]


def init_app(app: Flask) -> None:
    """Put the guard before every other check, and `can` into templates.

    Before the CSRF check too: a form of a session that ran out is a matter of signing in.
    """
    app.before_request_funcs.setdefault(None, []).insert(0, _guard)
    app.jinja_env.globals["can"] = can


def list_routes(app: Flask) -> list[dict[str, Any]]:
    """List every route with what it asks for.

    Args:
        app: The application.

    Returns:
        By rule: `rule`, `methods`, `endpoint`, `permission` ("public", a permission, or None for
        a route without a mark, which nobody can use) and `roles` (who may).
    """
    routes = (_describe(app, rule) for rule in app.url_map.iter_rules())
    return sorted(routes, key=lambda route: (route["rule"], route["endpoint"]))


def _describe(app: Flask, rule: Rule) -> dict[str, Any]:
    permission = _permission_of(app, rule.endpoint)
    if permission == _PUBLIC:
        roles = ["anybody"]
    else:
        roles = [role.value for role in ROLES if permission in PERMISSIONS[role]]
    return {
        "rule": rule.rule,
        "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
        "endpoint": rule.endpoint,
        "permission": str(permission) if permission else None,
        "roles": roles,
    }


def _marked(view: View, mark: str, value: object) -> View:
    setattr(view, mark, value)
    return view


def _permission_of(app: Flask, endpoint: str) -> str | None:
    if endpoint in _PUBLIC_ENDPOINTS:
        return _PUBLIC
    permission: str | None = getattr(app.view_functions.get(endpoint), _MARK, None)
    return permission


def _guard() -> BaseResponse | None:
    if request.endpoint is None:  # our 404 and 405 tell nothing
        return None
    permission = _permission_of(current_app, request.endpoint)
    if permission == _PUBLIC:
        return None
    person = current_person()
    if person is None:
        if is_unavailable():
            abort(503)
        return _send_to(url_for(_LOGIN))
    first = _first_of_all()
    if first:
        return _send_to(*first)
    if permission not in PERMISSIONS[person.role]:
        abort(403)
    if _has(_STEP_UP_MARK) and not is_stepped_up():
        return _send_to(_STEP_UP, "step_up")
    return None


def _first_of_all() -> tuple[str, str] | None:
    """Give where this session has to go before anything else, and why; None when nowhere."""
    if is_locked() and not _has(_LOCK_MARK):
        return url_for(_LOCK), "locked"
    if is_setup() and not _has(_SETUP_MARK):
        return _SETUP, "setup"
    return None


def _has(mark: str) -> bool:
    return bool(getattr(current_app.view_functions.get(request.endpoint or ""), mark, False))


def _send_to(page: str, why: str = "") -> BaseResponse:
    """Send a page elsewhere first, and let htmx go there itself: its fetch would follow silently.

    A form's own sending gets a 401 page instead, which keeps what was typed.
    """
    is_htmx = request.headers.get("HX-Request") == "true"
    query = {"next": _place()}
    if why == "step_up" and _has(_FILE_MARK):
        query["again"] = "1"
    place = f"{page}?{urlencode(query, safe=_PLAIN)}"
    if not is_htmx and request.method not in _SAFE:
        g.asked_first, g.asked_at = why, place
        abort(401)
    if is_htmx:
        return Response(status=401, headers={"HX-Redirect": place})
    return redirect(place, 303)


def _place() -> str:
    """Where to come back to: the page on the screen, not the part of it that was asked for.

    What comes from the request is matched against our routes before anything goes there.
    """
    seen = request.headers.get("HX-Current-URL")
    if seen is None and (request.method not in _SAFE or _has(_FILE_MARK)):
        seen = request.referrer or "/"  # the address itself shows no page
    parts = split_address(seen or request.full_path)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"
