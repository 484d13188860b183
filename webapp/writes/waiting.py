"""Writes that wait for NeroPay, and whether it is away: what other features use of it.

Beside `service`, which is about what is sent. Not here: any behaviour.
"""

from __future__ import annotations

from webapp.writes import words
from webapp.writes.abilities import Ability, refusal_of
from webapp.writes.abilities import current as abilities_now
from webapp.writes.abilities import note as note_abilities
from webapp.writes.attention import Attention
from webapp.writes.attention import gather as attention
from webapp.writes.away import Away
from webapp.writes.away import current as away_now
from webapp.writes.away import note as note_line
from webapp.writes.away import probe as probe_line
from webapp.writes.creating import Creating, list_creating
from webapp.writes.deciding import Candidate, register_finder
from webapp.writes.held import (
    HOLDABLE,
    Draft,
    Held,
    cancel,
    count_held,
    hold,
    is_offered,
    list_held,
    replace_held,
)
from webapp.writes.held import find as find_held
from webapp.writes.open_list import Line
from webapp.writes.sending import register, send_held, send_one
from webapp.writes.waiting_marks import Marks, marks_of

__all__ = [
    "HOLDABLE",
    "Ability",
    "Attention",
    "Away",
    "Candidate",
    "Creating",
    "Draft",
    "Held",
    "Line",
    "Marks",
    "abilities_now",
    "attention",
    "away_now",
    "cancel",
    "count_held",
    "find_held",
    "hold",
    "is_offered",
    "list_creating",
    "list_held",
    "marks_of",
    "note_abilities",
    "note_line",
    "probe_line",
    "refusal_of",
    "register",
    "register_finder",
    "replace_held",
    "send_held",
    "send_one",
    "words",
]
