"""Entries as lines of a page, by day: every text ready, so that the template only places them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from flask import url_for

from webapp.activity import words
from webapp.clock import now
from webapp.people.service import Permission, can
from webapp.ui import messages
from webapp.ui.filters import clock_seconds, day, iso_time, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from webapp.activity.models import Choices, Entry, Scope

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")  # what our own paths take


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, in words.

    Attributes:
        id: Number of the entry.
        iso: The moment, for machines.
        clock: Time of day.
        actor: Who.
        address: Network address; empty when there was none.
        what: What was done.
        about: What the record is called.
        href: Where the record is; empty when there is no page of it.
        note: How it ended, unless well.
        tone: Of the note.
        changes: Field, old value, new value; empty values are "".
    """

    id: int
    iso: str
    clock: str
    actor: str
    address: str
    what: str
    about: str
    href: str
    note: str
    tone: str
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day, newest first.

    Attributes:
        name: "Today", "Yesterday", or the date.
        date: The date, where the name is not the date itself.
        lines: Its entries.
    """

    name: str
    date: str
    lines: tuple[Line, ...]


def days_of(entries: Iterable[Entry]) -> tuple[Day, ...]:
    """Give entries, newest first, as days of lines."""
    moment = now()
    names = {day(moment - timedelta(days=1)): "Yesterday", day(moment): "Today"}
    customers, categories = url_for("customers.index"), url_for("categories.index")
    places = {"customer": f"{customers}/", "category": f"{categories}#category-"}
    places["deleted"] = f"{categories}#deleted"
    if can(Permission.PEOPLE_MANAGE):
        team = url_for("team.index")
        places |= {"person": f"{team}#person-", "invitation": f"{team}#invitation-"}
    return tuple(
        Day(
            name=names.get(date, date),
            date=date if date in names else "",
            lines=tuple(_line(entry, places) for entry in found),
        )
        for date, found in groupby(entries, key=lambda entry: day(entry.at))
    )


def options_of(choices: Choices, scope: Scope) -> dict[str, list[tuple[str, str]]]:
    """Give what the filters "who" and "what" offer: under `who`, and by the name of each group."""
    people = [(str(number), visible(name)) for number, name in choices.people]
    if not scope.is_all:
        people = [(str(scope.person_id), "Me")]
    people.sort(key=lambda option: option[1].casefold())
    people.append(("neropay", words.NEROPAY))
    if scope.is_all:
        people.append(("nobody", words.NOBODY))
    groups = {"who": people}
    for key, name in words.GROUPS.items():
        kinds = [(kind, words.kind_text(kind)) for kind in choices.kinds]
        own = [option for option in kinds if words.group_of(option[0]) == key]
        if own:
            groups[name] = [(key, f"{name}: everything"), *sorted(own, key=lambda kind: kind[1])]
    return groups


def change_texts(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Give what an entry changed: what staff call the field, old, new; empty values are ""."""
    for name, (old, new) in entry.changes.items():
        yield messages.field(visible(name)), _text(old), _text(new)


def _line(entry: Entry, places: dict[str, str]) -> Line:
    note, tone = words.outcome_text(entry.outcome)
    if entry.kind == "sign_in.failed":
        note = ""  # its name says so
    if entry.damage:
        note, tone = entry.damage, "danger"
    is_own = entry.record_type == "person" and entry.record_id == str(entry.actor_id)
    return Line(
        id=entry.id,
        iso=iso_time(entry.at),
        clock=clock_seconds(entry.at),
        actor=visible(entry.actor_name),
        address=visible(entry.address),
        what=words.kind_text(entry.kind),
        about="" if is_own else visible(entry.label or entry.record_id),
        href=_href(entry, places),
        note=note,
        tone=tone,
        changes=tuple(change_texts(entry)),
    )


def _href(entry: Entry, places: dict[str, str]) -> str:
    if (
        entry.kind == "category.delete" and entry.outcome == "applied"
    ):  # it is not there, but may be added again
        return places["deleted"]
    place = places.get(entry.record_type or "")
    is_id = entry.record_id is not None and _ID.fullmatch(entry.record_id)
    return f"{place}{entry.record_id}" if place and is_id else ""


def _text(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return visible(str(value))
