"""What staff read when a form could not be sent before something else was done, by what that is.

Not here: who asks for it (webapp.people).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.ui.outcomes import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

ASKED_FIRST: Final[Mapping[str, Message]] = {
    "locked": Message(
        "Locked",
        "This page was locked while nobody used it. Nothing was saved just now.",
        "Unlock it and send this again.",
        "info",
    ),
    "step_up": Message(
        "Confirm that it is you",
        "This needs your password or second factor again. Nothing was saved just now.",
        "Confirm it and send this again.",
        "info",
    ),
    "setup": Message(
        "Set up a second factor first",
        "Your role needs one before anything else. Nothing was saved just now.",
        "Set it up and send this again.",
        "info",
    ),
}
