"""What the pages of people answer alike: whose page it is, where to go on, and how long to wait.

Not here: what they show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for

from webapp.people.sessions import current_person
from webapp.ui.htmx import return_place

if TYPE_CHECKING:
    from flask import Response

    from webapp.people.models import Person, Throttled


def me() -> Person:
    """Give the signed-in person, on a page that the guard lets nobody else reach."""
    person = current_person()
    assert person is not None, "the route asks for a permission"
    return person


def next_place(*own: str, seen: str = "") -> str:
    """Give where to go on: what the address names as `next`, or the overview.

    Args:
        *own: Endpoints that ask who is there: going on to one would ask the same again. Signing in
            is always one.
        seen: Where to go on if the address names nothing; anything at all.
    """
    start = url_for("overview.index")
    place = return_place(request.args.get("next") or seen, start)
    path = place.partition("?")[0]
    asking = [url_for(endpoint) for endpoint in ("people.login", *own)]
    return start if any(f"{path}/".startswith(f"{one}/") for one in asking) else place


def with_wait(answer: Response, error: Throttled) -> Response:
    """Say on an answer when the next try can be taken."""
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer
