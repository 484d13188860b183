"""New records, of anybody, that NeroPay has not confirmed: sent, given up, or waiting here.

Whoever enters one is told, so that it is not entered twice. Not here: which of them is like the
one being entered, which is for the features.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from webapp.clock import now
from webapp.extensions import db
from webapp.writes import held, journal
from webapp.writes.open_list import line_of, line_of_sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webapp.writes.open_list import Line

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Creating:
    """One new record.

    Attributes:
        line: What is known of its write; its state is "not_known" once nobody looks for it.
        values: Fields that were, or will be, sent.
    """

    line: Line
    values: Mapping[str, Any]


def list_creating(record_type: str) -> tuple[Creating, ...]:
    """Give the new records of a type that may be at NeroPay, or will be; oldest first."""
    kind, moment = f"{record_type}.create", now()
    with db.read() as connection:
        sent = journal.list_open(connection, _MOST, record_type)
        closed = journal.list_closed_unknown(connection)
    lines = [(line_of_sent(row, moment), row) for row in sent if row.kind == kind]
    lines += [
        (replace(line_of_sent(row, moment), state="not_known"), row)
        for row in closed
        if row.kind == kind
    ]
    waiting = held.list_held(record_type=record_type, limit=_MOST)
    return (
        *(Creating(line, json.loads(row.body)) for line, row in lines),
        *(Creating(line_of(one), one.shown) for one in waiting if one.kind == kind),
    )
