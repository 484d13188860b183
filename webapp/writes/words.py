"""What staff read about writes that are under way: waiting, unknown, settled after all.

Not here: what every part says (`webapp.ui.messages`), and headings, which are in the templates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from webapp.ui import messages
from webapp.ui.filters import clock_time, date_time, day, visible
from webapp.ui.outcomes import Message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from webapp.writes.notices import Notice

HOLD: Final = "Send when NeroPay is back"
HOLD_ADVICE: Final = f"Or choose “{HOLD}” below: it waits here until then."
_GOES: Final = "It goes as soon as NeroPay takes it."
_NEVER_SENT: Final = "It was never sent to NeroPay."
CANCELLED: Final = f"Thrown away. {_NEVER_SENT}"
TAKEN_OVER: Final = "It is yours now, and is sent as soon as NeroPay takes it."
NOT_YOURS_TO_TAKE: Final = "It does not wait for somebody to take it over any more."
HAS_LEFT: Final = "It has been sent meanwhile. This is what became of it."
HAS_SETTLED: Final = "That is known by now. This is what became of it."
BUSY: Final = "It is being sent just now. Look again in a moment."
GIVEN_UP: Final = "Given up. Its page and the activity say why."
HAS_GIVEN_UP: Final = Message(
    "Given up",
    "We stopped checking. It may have been carried out.",
    "Don’t enter it again before it is known what became of it.",
    "warning",
)
COPY_IS_OLDER: Final = "Our copy is older than this, and cannot tell yet. Nothing was noted."
REASON_MISSING: Final = "Say why, in a few words: others will read it."
REASON_LONG: Final = 200  # characters
TURNED: Final = {
    True: "Changes may wait here for NeroPay again.",
    False: "From now on no change waits here for NeroPay. What waits already is still sent.",
}
WAITS: Final = "This waits for NeroPay. What you save here takes its place; it keeps its turn."
STILL_UNKNOWN: Final = "Still no clear answer from NeroPay. We go on checking."
DECIDED: Final = {
    "made": "Noted: NeroPay carried it out.",
    "not_made": "Noted: NeroPay did not carry it out.",
}
_REASONS: Final[Mapping[str, str]] = {
    "unreachable": "NeroPay has not been reachable",
    "slow": "NeroPay has taken too long to answer",
    "key": "NeroPay has not accepted our access",
    "wait": "NeroPay has asked us to wait",
    "maintenance": "NeroPay has been out of order or under maintenance",
}
_DOING: Final[Mapping[str, str]] = {
    "customer.create": "new customer",
    "customer.update": "change",
    "customer.undo": "undoing",
    "category.create": "new category",
    "category.delete": "deletion",
}


class Choices(NamedTuple):
    """What a person is asked about a write of which nothing is known.

    Attributes:
        found: Above what our copy has of it.
        not_found: When our copy has nothing.
        yes: It took effect; empty where that is said by choosing a record.
        no: It did not.
    """

    found: str
    not_found: str
    yes: str
    no: str


_IN_COPY: Final = "in our copy of NeroPay’s list"
_MADE: Final = Choices(
    f"These are {_IN_COPY}, and may be the one:",
    f"Nothing like it is {_IN_COPY}.",
    "",
    "It was not made",
)
_DELETED: Final = Choices(
    f"It is still {_IN_COPY}:",
    f"It is not {_IN_COPY} any more.",
    "It was deleted",
    "It was not deleted",
)
_CHANGED: Final = Choices(
    f"This is the record {_IN_COPY}:",
    f"The record is not {_IN_COPY}.",
    "It was carried out",
    "It was not carried out",
)


def choices(kind: str) -> Choices:
    """Give what is asked about a write of a kind, like "category.delete"."""
    return {"create": _MADE, "delete": _DELETED}.get(kind.rpartition(".")[2], _CHANGED)


def away(reason: str, since: datetime, now: datetime) -> str:
    """Say since when and why NeroPay is away: "NeroPay has not been reachable since 11:04."."""
    return f"{_REASONS.get(reason, _REASONS['unreachable'])} since {moment(since, now)}."


def away_advice(*, may_save: bool, is_holding: bool) -> str:
    """Say what goes on while NeroPay is away.

    Args:
        may_save: Whether the reader may save anything at all.
        is_holding: Whether what is saved can wait here.
    """
    goes_on = "Searching and reading go on, from our own copy."
    if not may_save:
        return goes_on
    if not is_holding:
        return f"{goes_on} Saving has to wait."
    return f"{goes_on} What you save can wait here and is sent when NeroPay is back."


def held(label: str) -> str:
    """Say that a write waits now, for a toast."""
    return f"Kept, not sent yet: {label}. {_GOES}"


def held_changed(label: str) -> str:
    """Say that a waiting write was changed, for a toast."""
    return f"Changed: {label}. {_GOES}"


def moved(
    name: str, *, is_own: bool, may_change: bool, is_new: bool = False, is_kept: bool = False
) -> Message:
    """Say that what waits is another one since a form was opened for it.

    Args:
        name: Of whoever changed it.
        is_own: Whether that is the person who reads this.
        may_change: Whether they may change it.
        is_new: Whether it makes a record that can be corrected later.
        is_kept: Whether what they typed is kept as a draft.
    """
    who = f"{name} has changed this since you opened it, and nothing of that is overwritten."
    if is_own:
        who = "This waits here already, and not as you have it here. Nothing is overwritten."
    text = f"{who} Under each field that differs is what waits now."
    if may_change:
        return Message("Not kept yet", text, "Put together what is right, then save.", "warning")
    advice = "It is theirs to send now."
    if is_new:
        ask = f"Ask {visible(name)} to put it in, or correct the record once it is there."
        advice = f"{advice} {ask}"
    if is_kept:
        advice = f"{advice} What you typed is kept as a draft."
        return Message("Not kept with it", text, advice, "warning")
    advice = f"{advice} What you typed is still here, and was not kept."
    return Message("Not kept", text, advice, "warning")


def waits(name: str, kind: str, fields: tuple[str, ...]) -> str:
    """Say whose write waits: "Mary Smith’s change of phone and town or city waits for NeroPay."."""
    what = _DOING.get(kind, "change")
    if fields and what == "change":
        what = f"change of {_list([_lower(messages.field(field)) for field in fields])}"
    owner = f"{visible(name)}’s" if name else "A"
    return f"{owner} {what} waits for NeroPay."


def under_way(state: str, name: str) -> str:
    """Say, after the time, that a new record is entered already, to whoever types one like it.

    Args:
        state: Of its line.
        name: Of its author.
    """
    who = visible(name)
    if state in {"waiting", "behind"}:
        return f"left here by {who}. It waits for NeroPay."
    if state == "needs_you":
        return f"left here by {who}. It waits for somebody to decide."
    if state == "not_known":
        return f"sent by {who}. Nobody knows yet whether NeroPay has it."
    return f"sent by {who}, not confirmed yet. Don’t enter it again."


def notice(one: Notice) -> tuple[str, str]:
    """Say what became of a write after its author had gone on.

    Returns:
        The tone and the sentence.
    """
    doing = messages.write_kind(one.kind)
    if one.state == "applied":
        deed = one.kind.rpartition(".")[2]
        verb = {"create": "Added", "delete": "Deleted"}.get(deed, "Saved")
        return "success", f"{verb} after all: {one.label}"
    said = f": “{one.detail}”" if one.detail else "."
    sentences = {
        "refused": f"NeroPay refused {doing.lower()} {one.label}{said}",
        "needs_you": f"{doing} {one.label} waits for you: it cannot be sent as it is.",
        "stopped": f"{doing} {one.label} was not sent. Somebody who may send it decides.",
        "cancelled": f"{doing} {one.label} was thrown away by {one.detail}. {_NEVER_SENT}",
        "changed": f"{doing} {one.label} was changed by {one.detail}, and is theirs to send now.",
        "taken_over": f"{doing} {one.label} is sent by {one.detail} now, as their own.",
        "given_up": f"{doing} {one.label} was given up: {one.detail}",
    }
    unknown = f"Not known, and no longer looked for: {doing.lower()} {one.label}."
    return "warning", sentences.get(one.state, unknown)


def moment(when: datetime, now: datetime) -> str:
    """Say when something was or will be: of today, the time of day is enough."""
    return clock_time(when) if day(when) == day(now) else date_time(when)


def _lower(text: str) -> str:
    return text if text.startswith("E-") else text[:1].lower() + text[1:]


def _list(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
