"""What a form showed, what a person made of it, and what NeroPay has now: compared field by field.

Pure functions and values. Not here: asking NeroPay and sending (`corrections`), pages
(`conflict_views`), words.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from webapp.customers.models import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Values: TypeAlias = "Mapping[str, str | None]"
Choice = Literal["mine", "theirs", "before"]

CHOICES: tuple[Choice, ...] = ("mine", "theirs", "before")


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes of each field that anybody changed. What both changed alike is in none.

    Attributes:
        mine: Changed by this person alone: to be sent.
        theirs: Changed by somebody else alone: stays as it is.
        clashes: Changed by both to different values, or nobody knows what this person was shown:
            what NeroPay has. A person has to choose.
    """

    mine: dict[str, str | None]
    theirs: dict[str, str | None]
    clashes: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that both sides changed, for the page where a person chooses.

    Attributes:
        name: The field.
        mine: What this person typed.
        theirs: What NeroPay has.
        before: What the form showed when it was opened.
        is_before_known: Whether that is known; it can be chosen then.
        choice: What the person has chosen so far.
        changed_by: Who changed it, as far as the trail knows; empty otherwise.
        changed_at: When that was noticed.
    """

    name: str
    mine: str | None
    theirs: str | None
    before: str | None
    is_before_known: bool
    choice: Choice | None = None
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def sides(self) -> tuple[Choice, ...]:
        """What there is to choose from; the same value is not offered twice."""
        is_mine_other = self.mine != self.theirs
        is_before_other = self.is_before_known and self.before not in {self.mine, self.theirs}
        shown = {"mine": is_mine_other, "theirs": True, "before": is_before_other}
        return tuple(choice for choice in CHOICES if shown[choice])


@dataclass(frozen=True, slots=True)
class Note:
    """What a form carries about a conflict, beside what it shows.

    Attributes:
        before: Of fields that clashed: what the form showed when it was first opened.
        asked: The fields that the person is asked about now.
    """

    before: Values
    asked: tuple[str, ...]


def changes_of(seen: Values, typed: Values) -> dict[str, str | None]:
    """Give what a person changed; a field that they were not shown counts as changed.

    Args:
        seen: What the form showed.
        typed: What it holds now; a field that is missing was not to be changed.
    """
    return {
        name: typed[name] or None
        for name in FIELDS
        if name in typed and (name not in seen or (seen[name] or None) != (typed[name] or None))
    }


def merge(seen: Values, typed: Values, now: Values) -> Merge:
    """Compare three versions of a record.

    Args:
        seen: What the form showed; a field that is missing was not shown.
        typed: What it holds now; a field that is missing was not to be changed.
        now: What NeroPay has.

    Returns:
        Each field in one of three places at the most. An empty text is as good as none.
    """
    wanted = changes_of(seen, typed)
    mine, theirs, clashes = {}, {}, {}
    for name in FIELDS:
        there = now.get(name) or None
        is_theirs = name not in seen or (seen[name] or None) != there
        if name not in wanted:
            if is_theirs and name in seen:
                theirs[name] = there
        elif wanted[name] != there:
            if is_theirs:
                clashes[name] = there
            else:
                mine[name] = wanted[name]
    return Merge(mine, theirs, clashes)


def resolve(typed: Values, theirs: Values, note: Note, choices: Mapping[str, str]) -> Values:
    """Give what a form holds after the choices that were made.

    Args:
        typed: What the person typed.
        theirs: What NeroPay had when they were asked.
        note: What they were asked about.
        choices: Field to "mine", "theirs" or "before"; anything else counts as not chosen.

    Returns:
        The values; a field without a choice holds what was typed.
    """
    found = dict(typed)
    for name in note.asked:
        if choices.get(name) == "theirs":
            found[name] = theirs.get(name)
        elif choices.get(name) == "before" and name in note.before:
            found[name] = note.before[name]
    return found


def unanswered(note: Note, choices: Mapping[str, str]) -> tuple[str, ...]:
    """Give the fields that the person was asked about and has not chosen for."""
    return tuple(
        name
        for name in note.asked
        if choices.get(name) not in {"mine", "theirs"}
        and not (choices.get(name) == "before" and name in note.before)
    )


def dump_note(seen: Values, note: Note) -> str:
    """Write what a form shows and knows into the one hidden field that it comes back in."""
    shown: dict[str, object] = {name: seen[name] for name in FIELDS if name in seen}
    if note.before or note.asked:
        shown |= {"before": dict(note.before), "asked": list(note.asked)}
    return json.dumps(shown)


def load_note(raw: str | None) -> Note:
    """Read what `dump_note` wrote; what did not arrive whole counts as not known."""
    shown = load(raw)
    before, asked = shown.get("before"), shown.get("asked")
    return Note(
        _texts(before) if isinstance(before, dict) else {},
        tuple(name for name in FIELDS if isinstance(asked, list) and name in asked),
    )


def load_seen(raw: str | None) -> dict[str, str | None]:
    """Read what the form showed; empty when that did not arrive whole."""
    return _texts(load(raw))


def load(raw: str | None) -> dict[str, object]:
    """Read the hidden field as far as it is one of ours."""
    try:
        found = json.loads(raw or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _texts(values: Mapping[str, object]) -> dict[str, str | None]:
    """Keep what can be a field's value; a lone surrogate cannot be written into a page at all."""
    return {
        name: value and value.encode("utf-8", "replace").decode("utf-8")
        for name, value in values.items()
        if name in FIELDS and (value is None or isinstance(value, str))
    }
