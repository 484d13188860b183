"""Who may do what: permissions, what each role has of them, and the guard of every route.

A view says `@requires(Permission.X)` or `@public`. The guard refuses every route that says
neither, so a forgotten mark is a closed door. Not here: who somebody is (sessions.py).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, current_app, redirect, request, url_for

from webapp.people.models import ROLES, Role
from webapp.people.sessions import current_person, is_unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.routing import Rule
    from werkzeug.wrappers import Response as BaseResponse

View = TypeVar("View", bound="Callable[..., Any]")

_MARK = "tillside_permission"
_PUBLIC = "public"
_PUBLIC_ENDPOINTS = frozenset({"static", "ui.static"})  # files; their part knows no feature
_SAFE = frozenset({"GET", "HEAD"})


class Permission(StrEnum):
    """Something that a route may ask for."""

    SELF = "self"  # the own account: anybody who is signed in
    CUSTOMERS_READ = "customers.read"
    CUSTOMERS_WRITE = "customers.write"
    CATEGORIES_WRITE = "categories.write"
    EXPORT = "export"
    ACTIVITY_ALL = "activity.all"
    PEOPLE_MANAGE = "people.manage"


_VIEWER = frozenset({Permission.SELF, Permission.CUSTOMERS_READ})
_STAFF = _VIEWER | {Permission.CUSTOMERS_WRITE}
_MANAGER = _STAFF | {Permission.CATEGORIES_WRITE, Permission.EXPORT, Permission.ACTIVITY_ALL}

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
        return _ask_to_sign_in()
    if permission not in PERMISSIONS[person.role]:
        abort(403)
    return None


def _ask_to_sign_in() -> BaseResponse:
    """Send a page to /login, and let htmx go there itself, as its fetch would follow silently.

    A form's own sending gets the 401 page instead, which keeps what was typed.
    """
    is_htmx = request.headers.get("HX-Request") == "true"
    if not is_htmx and request.method not in _SAFE:
        abort(401)
    place = url_for("people.login", next=_place())
    if is_htmx:
        return Response(status=401, headers={"HX-Redirect": place})
    return redirect(place, 303)


def _place() -> str:
    """Where to come back to: the page on the screen, not the part of it that was asked for.

    What comes from the request is matched against our routes before /login goes there.
    """
    seen = request.headers.get("HX-Current-URL")
    try:
        parts = urlsplit(seen or request.full_path)
    except ValueError:
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
