"""Rows of the journal as the plain values that handlers and views are given."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from webapp.activity.service import Actor
from webapp.writes.models import Intent, Outcome, Refusal, State

if TYPE_CHECKING:
    from sqlalchemy import Row


def intent_of(row: Row[Any]) -> Intent:
    """Make the value that handlers are given."""
    return Intent(
        id=row.id,
        actor=Actor(row.actor_id, row.actor_name, row.actor_address),
        kind=row.kind,
        method=row.method,
        path=row.path,
        body=bytes(row.body),
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        before=json.loads(row.before),
        state=State(row.state),
        created_at=row.created_at,
        attempts=row.attempts,
        held_since=row.held_since,
    )


def outcome_of(row: Row[Any], *, is_replay: bool = False, is_changed_body: bool = False) -> Outcome:
    """Make the value that services give to views."""
    answer = json.loads(row.answer)
    refusal = None
    if row.state == State.REFUSED:
        fields = {name: tuple(said) for name, said in answer.get("fields", {}).items()}
        refusal = Refusal(
            answer["kind"],
            answer["code"],
            answer.get("message", ""),
            fields,
            after=answer.get("after", 0.0),
        )
    differing = {name: (sent, got) for name, (sent, got) in answer.get("differing", {}).items()}
    return Outcome(
        intent_id=row.id,
        state=State(row.state),
        kind=row.kind,
        record_type=row.record_type,
        record_id=row.record_id,
        label=row.label,
        created_at=row.created_at,
        settled_at=row.settled_at,
        next_try_at=row.next_try_at,
        refusal=refusal,
        error_code=answer.get("code") if row.state == State.UNKNOWN else None,
        fields_differing=differing,
        is_replay=is_replay,
        is_changed_body=is_changed_body,
        looked_up_by=row.looked_up_by or "",
        given_up_by=answer.get("given_up_by", ""),
        reason=answer.get("reason", ""),
    )
