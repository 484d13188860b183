"""The page on which a person chooses, field by field, between their own words and others'.

It carries everything that was typed, and what has been seen by now, so that it works without
JavaScript and may come back as often as the record changes while somebody is choosing.
Not here: the comparison (`conflicts`), routes, what is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from flask import request

from webapp.clock import now
from webapp.customers import service, words
from webapp.customers.conflicts import CHOICES, Clash, Note, dump_note, merge, unanswered
from webapp.customers.models import FIELDS
from webapp.customers.views import is_row_swap, list_place
from webapp.people.service import current_actor
from webapp.ui.forms import NO_BREAKS
from webapp.ui.htmx import render_page, return_place
from webapp.writes.service import new_intent_id

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask import Response

    from webapp.customers.conflicts import Choice, Values
    from webapp.customers.forms import CustomerForm
    from webapp.customers.models import CustomerRow
    from webapp.writes.service import Outcome


@dataclass(frozen=True, slots=True)
class Conflict:
    """What the page shows.

    Attributes:
        clashes: One for each field to choose for.
        typed: Field to what was typed, to be carried along.
        seen: What the person has seen by now, for the next comparison.
        intent_id: Of the save that is to come.
        mine: Other fields that will be saved, with what was typed.
        theirs: Other fields that somebody else changed, with what stays.
        undoes: The change that is being undone; empty when it is an edit.
        copy_of: How old our copy is, where NeroPay itself could not be asked; empty otherwise.
        is_asked_again: A save was tried without choosing for every field.
        held: The id of the write that waits for this choice; empty when it is a save.
        version: Of that one, as it is shown here.
    """

    clashes: tuple[Clash, ...]
    typed: Mapping[str, str]
    seen: str
    intent_id: str
    mine: Mapping[str, str | None]
    theirs: Mapping[str, str | None]
    undoes: str = ""
    copy_of: str = ""
    is_asked_again: bool = False
    held: str = ""
    version: str = ""


def conflict_page(form: CustomerForm, row: CustomerRow, outcome: Outcome) -> Response:
    """Show what clashes, after a save that was refused for it.

    Args:
        form: What was sent.
        row: The record as it was in our copy before.
        outcome: The refusal.
    """
    row = service.find_copy(row.id) or row  # NeroPay was asked meanwhile
    theirs = outcome.theirs
    # Asked again: what was typed can still be chosen, though something else was the first time.
    again = {name: value for name, value in form.passed_over.items() if name in theirs}
    typed = {**form.values(), **again}
    conflict = conflict_of(form.seen_values(), typed, form.note(), theirs, row)
    conflict = replace(conflict, undoes=request.form.get("undoes", ""))
    return show_conflict(row, conflict, copy_of=outcome.copy_of)


def conflict_of(
    seen: Values, typed: Values, note: Note, theirs: Values, row: CustomerRow
) -> Conflict:
    """Put together what a person has to choose between.

    Args:
        seen: What the form showed.
        typed: What it held.
        note: What it knew of earlier conflicts.
        theirs: What NeroPay has in the fields that clash.
        row: The record as it is in our copy.
    """
    first = {name: seen[name] for name in theirs if name in seen} | dict(note.before)
    here = row.values()
    # A field that the form was not shown, and that holds what NeroPay has, was seen now.
    shown = {name: here[name] for name in typed if name not in seen} | dict(seen) | dict(theirs)
    merged = merge(seen, typed, here)
    return Conflict(
        clashes=_clashes(typed, theirs, first, row.id),
        typed={name: (typed[name] or "").translate(NO_BREAKS) for name in FIELDS if name in typed},
        seen=dump_note(shown, Note(first, tuple(theirs))),
        intent_id=new_intent_id(),
        mine={name: value for name, value in merged.mine.items() if name not in theirs},
        theirs={name: value for name, value in merged.theirs.items() if name not in theirs},
    )


def unanswered_page(form: CustomerForm, row: CustomerRow, choices: Mapping[str, str]) -> Response:
    """Ask again for the fields without a choice; what was chosen stays chosen."""
    note, seen = form.note(), form.seen_values()
    theirs = {name: seen.get(name) for name in note.asked}
    conflict = conflict_of(seen, form.values(), note, theirs, row)
    missing = unanswered(note, choices)
    clashes = tuple(
        clash
        if clash.name in missing
        else replace(clash, choice=_choice(choices.get(clash.name, "")))
        for clash in conflict.clashes
    )
    conflict = replace(
        conflict,
        clashes=clashes,
        intent_id=form.intent.data or conflict.intent_id,
        undoes=request.form.get("undoes", ""),
        copy_of=request.form.get("copy_of", "")[:40],
        is_asked_again=True,
        held=request.form.get("held", ""),
        version=request.form.get("version", ""),
    )
    return show_conflict(row, conflict, status=422)


def show_conflict(
    row: CustomerRow, conflict: Conflict, *, copy_of: datetime | None = None, status: int = 409
) -> Response:
    """Show a conflict as a page, or in the place of the form or the list's row."""
    if copy_of is not None:
        conflict = replace(conflict, copy_of=words.age(copy_of, now()))
    return render_page(
        "customers/conflict.html",
        "customers/_conflict_row.html" if is_row_swap() else "customers/_conflict_part.html",
        status=status,
        customer=row,
        conflict=conflict,
        others=service.note_open(current_actor(), row.id),
        choose=words.CHOOSE,
        back=return_place(request.form.get("back"), "") or list_place(),
    )


def _clashes(typed: Values, theirs: Values, first: Values, customer_id: str) -> tuple[Clash, ...]:
    changes = _who_changed(theirs, customer_id)
    return tuple(
        Clash(
            name=name,
            mine=typed.get(name) or None,
            theirs=theirs[name] or None,
            before=first.get(name) or None,
            is_before_known=name in first,
            changed_by=changes.get(name, ("", None))[0],
            changed_at=changes.get(name, ("", None))[1],
        )
        for name in FIELDS
        if name in theirs
    )


def _who_changed(theirs: Values, customer_id: str) -> Mapping[str, tuple[str, datetime | None]]:
    """Give for each field who made it what it is, and when, as far as the trail knows."""
    found: dict[str, tuple[str, datetime | None]] = {}
    for entry in reversed(service.history_of(customer_id)):
        if entry.outcome != "applied":
            continue
        for name, (_, new) in entry.changes.items():
            found.pop(name, None)
            if name in theirs and (new or None) == (theirs[name] or None):
                found[name] = (entry.actor_name, entry.at)
    return MappingProxyType(found)


def _choice(text: str) -> Choice | None:
    return next((choice for choice in CHOICES if choice == text), None)
