"""What staff read about finding customers, and about a record that others change too.

Not here: what every part says (webapp.ui.messages).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.ui import messages
from webapp.ui.filters import clock_time, date_time, day, visible
from webapp.ui.outcomes import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from webapp.customers.models import Listing, Query

UNDO_BEHIND: Final = "Not undone: an earlier change of this customer waits here and goes first."
UNDO_LATER: Final = "Undo it again from the history when NeroPay is back."
ASKED_ONCE: Final = Message(
    "Is it the same person?",
    "Somebody with this e-mail or phone was entered before and is shown on this page. Nothing was "
    "sent yet.",
    "If this is somebody else, save it all the same.",
    "warning",
)
CHOOSE: Final = "Choose one of these."
KEPT_THEIRS: Final = "NeroPay keeps what it has, as you chose. Nothing was sent."
NOT_ASKED: Final = "not asked again just now"
NOT_GIVEN: Final = "NeroPay does not give single records here"
ALREADY_UNDONE: Final = "It is as it was before that change already, so nothing was sent."


def nobody_found(query: Query, listing: Listing) -> str:
    """Say what was not found, and no more than was looked for.

    Args:
        query: What was asked for.
        listing: What it found: nobody.
    """
    if not query.q:
        return "No customer matches these filters."
    typed, filters = visible(query.q), " with these filters" if query.is_filtered else ""
    if listing.is_of_beginnings:
        return (
            f"No name begins with “{typed}”{filters}."
            " Type one more character to look everywhere in the records."
        )
    return f"No customer matches “{typed}”{filters}."


def no_date(typed: str) -> str:
    """Say that a day to filter by could not be read; nothing when there is none."""
    return f"“{visible(typed)}” is no date, so “Added since” is left out here." if typed else ""


def also_changed(others: Mapping[str, str | None], mine: Iterable[str]) -> str:
    """Say what somebody else changed meanwhile, that it stays, and what was saved beside it.

    Args:
        others: Field to what NeroPay has now.
        mine: The fields that were saved.
    """
    sentences = [_was_changed(name, value) for name, value in others.items()]
    saved = _list([messages.field(name) for name in mine])
    stays = "That stays" if len(sentences) == 1 else "Those stay"
    return " ".join([*sentences, f"{stays}; saved beside it: {saved}." if saved else f"{stays}."])


def compared_with_copy(moment: datetime, today: datetime) -> str:
    """Say that NeroPay could not be asked for the record before it was changed.

    Args:
        moment: How old our copy is.
        today: Now.
    """
    return f"{NOT_GIVEN}, so this was compared with our copy {age(moment, today)}."


def there_already(copy_of: datetime | None, today: datetime) -> str:
    """Say that a record holds already what was to be saved.

    Args:
        copy_of: How old our copy is, where NeroPay itself could not be asked.
        today: Now.
    """
    where = f"Our copy {age(copy_of, today)}" if copy_of else "NeroPay"
    return f"{where} has it like this already, so nothing was sent."


def age(moment: datetime, today: datetime) -> str:
    """Say how old something is: "of 11:02", or with the day when it is another one."""
    return f"of {clock_time(moment) if day(moment) == day(today) else date_time(moment)}"


def theirs_now(value: str | None) -> str:
    """Say under a field what NeroPay has in it."""
    return f"NeroPay has now: “{value}”." if value else "It is empty in NeroPay now."


def waits_now(value: str | None) -> str:
    """Say under a field what waits for NeroPay in it by now."""
    return f"Waits now: “{value}”." if value else "It is empty in what waits now."


def _was_changed(name: str, value: str | None) -> str:
    what = messages.field(name)
    if value is None:
        return f"{what} was emptied in NeroPay meanwhile."
    return f"{what} was changed in NeroPay meanwhile to “{value}”."


def _list(names: list[str]) -> str:
    """Join names as people do: "Name, Phone and Address"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
