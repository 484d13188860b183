"""The lock, the list of sessions, and what an open page asks about its session.

Not here: signing in and out (views.py), and the step-up page.
"""

from __future__ import annotations

from flask import Blueprint

from webapp.people.service import Permission, lock_allowed, requires

blueprint = Blueprint("sessions", __name__)


@blueprint.get("/lock")
@requires(Permission.SELF)
@lock_allowed
def locked() -> str:
    """Ask for the password of a locked session."""
    return "locked"
