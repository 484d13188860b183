"""What staff read where a write was just not carried out: why, until when, and what they can do.

Not here: the words of each kind (`webapp.ui.outcomes`), and of what waits (`words`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from webapp.clock import now
from webapp.extensions import neropay
from webapp.ui import messages
from webapp.writes import away, held, words
from webapp.writes.held import HOLDABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webapp.ui.messages import Message
    from webapp.writes.models import Refusal

Deed = Literal["save", "delete"]

_LONG: Final = 120.0  # seconds that NeroPay may ask to wait before the time is told
# As the banner says it; any other reason is in the words of the kind.
_AWAY: Final[Mapping[str, str]] = {
    "slow": "NeroPay takes too long to answer",
    "maintenance": "NeroPay is out of order or under maintenance",
}
# Nothing was typed to be deleted, and it is not saved again.
_DELETING: Final[Mapping[str, tuple[str, str]]] = {
    "unavailable": ("Nothing was sent, so nothing was deleted.", "Try again in a minute."),
    "rate_limited": (
        "It has had too many requests in a short time. Nothing was deleted.",
        "Wait a minute and delete it again.",
    ),
    "write_open": (
        "An earlier deletion was sent and is not confirmed yet. Nothing was sent this time.",
        "Wait until that is known.",
    ),
    "unknown_intent": (
        "The form was not one that we could recognise, so nothing was sent.",
        "Delete it again.",
    ),
    "not_kept": (
        "The owner has turned waiting off, or too much of yours waits already. Nothing was sent.",
        "Delete it when NeroPay is back.",
    ),
}


def explain(refusal: Refusal, deed: Deed = "save") -> Message:
    """Say why something was not carried out just now.

    Args:
        refusal: Why.
        deed: What was asked for.
    """
    said = messages.for_kind(refusal.kind)
    if deed == "delete" and refusal.kind in _DELETING:
        text, advice = _DELETING[refusal.kind]
        said = replace(said, text=text, advice=advice)
    if refusal.kind == "unavailable":
        said = replace(said, title=_AWAY.get(_reason(), said.title))
    if refusal.after >= _LONG:
        until = words.moment(now() + timedelta(seconds=refusal.after), now())
        said = replace(said, advice=f"NeroPay asks us to wait until {until}.")
    if can_hold(refusal):
        said = replace(said, advice=f"{said.advice} {words.HOLD_ADVICE}")
    return said


def can_hold(refusal: Refusal | None) -> bool:
    """Whether a form offers to leave what it holds here: nothing of it was sent, or will be.

    Args:
        refusal: Why it was not saved just now; None for a form that is opened.
    """
    if refusal is None:
        return away.current() is not None and held.is_offered()
    return refusal.kind in HOLDABLE and held.is_offered()


def _reason() -> str:
    """Give why NeroPay is away, by the call that was just made; else as the banner has it."""
    if neropay().line.reason is not None:
        return str(neropay().line.reason)
    gone = away.current()
    return gone.reason if gone else ""
