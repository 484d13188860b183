"""The filtered trail as CSV, made while it is sent: a thousand entries in memory at a time.

Spreadsheets run a cell that begins like a formula, and names come from anybody: such cells get
an apostrophe before them.
"""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from webapp.activity import words
from webapp.activity.lines import change_texts
from webapp.activity.listing import list_entries
from webapp.activity.service import record
from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from webapp.activity.models import Actor, Entry, Query, Scope

_CHUNK = 1_000  # entries read at a time
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BOM = "\ufeff"  # without it Excel takes the file for Latin-1
COLUMNS = (
    *("Number", "Time (UTC)", "Who", "Person number", "From", "What", "Kind", "Outcome"),
    *("Record", "Record number", "Name", "Changes", "Reference"),
)


def note_export(actor: Actor, summary: str) -> None:
    """Append to the trail that it was exported.

    Args:
        actor: Who does it.
        summary: What was looked for; empty for everything.
    """
    with db.write() as connection:
        record(
            connection, actor=actor, kind="activity.exported", outcome="ok", label=summary or "all"
        )


def stream_csv(query: Query, scope: Scope) -> Iterator[str]:
    """Give the file piece by piece: a heading, then the entries, newest first.

    Args:
        query: What is asked for; its page is left aside.
        scope: Who asks.
    """
    yield _BOM + _csv([COLUMNS])
    query = replace(query, before=None, after=None)
    while True:
        listing = list_entries(query, scope, limit=_CHUNK)
        if listing.entries:
            yield _csv(_cells(entry) for entry in listing.entries)
        if listing.older is None:
            return
        query = replace(query, before=listing.older)


def safe_cell(value: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{value}" if value.startswith(_FORMULA) else value


def _cells(entry: Entry) -> list[Any]:
    changes = (
        f"{field}: {old or 'empty'} → {new or 'empty'}" for field, old, new in change_texts(entry)
    )
    texts = (
        entry.actor_name,
        str(entry.actor_id or ""),
        entry.address,
        words.kind_text(entry.kind),
        entry.kind,
        entry.outcome,
        entry.record_type,
        entry.record_id,
        entry.label,
        entry.damage or "; ".join(changes),
        entry.intent_id,
    )
    moment = entry.at.strftime("%Y-%m-%d %H:%M:%S")
    return [entry.id, moment, *(safe_cell(text or "") for text in texts)]


def _csv(rows: Iterable[Iterable[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()
