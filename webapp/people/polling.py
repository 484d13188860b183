"""What pages ask by themselves, which is no sign that anybody is there.

Not here: how long a session may be idle (sessions.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "tillside_polling"
_HEADER = "X-Polling"


def polling(view: View) -> View:
    """Mark a view that pages ask by themselves: it does not keep an idle session alive."""
    setattr(view, _MARK, True)
    return view


def is_polling() -> bool:
    """Tell whether nobody pressed anything: the view is marked, or `X-Polling` was sent."""
    if _HEADER in request.headers:
        return True
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, _MARK, False))
