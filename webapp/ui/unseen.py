"""Whether somebody has seen which records are much like the one that they enter.

With JavaScript they are shown beside the form while one types. Without, the form says by its field
`shown` which of them its page has shown. Not here: which they are, and what is said of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from webapp.ui.htmx import is_htmx

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELD: Final = "shown"


def has_unseen(ids: Iterable[str]) -> bool:
    """Say whether a form of ours came without JavaScript and has not shown all of these.

    A form without the field is a script's, which sees no page: it is asked nothing.
    """
    if is_htmx() or _FIELD not in request.form:
        return False
    return not set(ids) <= set(request.form[_FIELD].split())
