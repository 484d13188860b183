"""What templates of any feature may ask about writes under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.writes import held, words
from webapp.writes.ids import new_intent_id
from webapp.writes.lookups import sent_changes
from webapp.writes.open_list import Line, line_of, own_new
from webapp.writes.refusal_words import can_hold, explain

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Put them into the templates."""
    app.jinja_env.globals.update(
        held_lines=held_lines,
        can_hold=can_hold,
        explain_refusal=explain,
        new_intent_id=new_intent_id,
        own_new_writes=own_new,
        sent_changes=sent_changes,
        write_words=words,
    )


def held_lines(record_type: str, record_id: str) -> tuple[Line, ...]:
    """Give what waits on a record, in its order."""
    waiting = held.list_held(record_type=record_type, record_id=record_id)
    return tuple(line_of(one, is_behind=place > 0) for place, one in enumerate(waiting))
