"""Exactly once: a write's effect, its ledger row and its stored answer, in one transaction."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Response, g, request

from webapp.sandbox import checks
from webapp.sandbox.answers import Refusal, render, respond
from webapp.sandbox.state import sandbox

Effect = Callable[[sqlite3.Connection], tuple[dict[str, Any], int]]
"""Takes the open transaction; returns the data of the answer and the id of the record."""


def perform_once(effect: Effect) -> Response:
    """Perform the current request's write, or give its first answer again.

    The same key with the same method, path and body gets the stored answer, a refusal
    included (that refusals are stored is assumed). The transaction takes SQLite's write
    lock first, so of two concurrent calls with one key the second finds the first's answer.

    Raises:
        Refusal: idempotency_conflict, when the key was used for something else (documented).
    """
    state = sandbox()
    key = checks.check_key(request)
    body = request.get_data(cache=True)
    fingerprint = _fingerprint(body)
    now = state.clock()
    with state.store.transaction() as connection:
        oldest = now - state.switches["key_memory"]
        connection.execute("DELETE FROM idempotency WHERE key = ? AND at < ?", (key, oldest))
        stored = connection.execute(
            "SELECT fingerprint, status, answer FROM idempotency WHERE key = ?", (key,)
        ).fetchone()
        if stored is not None:
            return _replay(stored, fingerprint)
        status, answer = _perform(connection, effect, key, body, now)
        connection.execute(
            "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?)",
            (key, fingerprint, status, answer, now),
        )
    return respond(status, answer)


def _perform(
    connection: sqlite3.Connection, effect: Effect, key: str, body: bytes, now: float
) -> tuple[int, str]:
    try:
        data, record_id = effect(connection)
    except Refusal as refusal:
        return refusal.status, render(refusal.payload())
    connection.execute(
        "INSERT INTO ledger (key, method, path, record_id, at, body_sha256)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (key, request.method, request.path, record_id, now, hashlib.sha256(body).hexdigest()),
    )
    status = 201 if request.method == "POST" else 200
    return status, render({"success": True, "data": data})


def _replay(stored: sqlite3.Row, fingerprint: str) -> Response:
    if stored["fingerprint"] != fingerprint:
        raise Refusal(
            409,
            "idempotency_conflict",
            "This Idempotency-Key was already used with a different request.",
        )
    g.received.replayed = True
    return respond(stored["status"], stored["answer"])


def _fingerprint(body: bytes) -> str:
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(body)
    return digest.hexdigest()


def read_body() -> dict[str, Any]:
    """Return the fields of the current request's JSON body.

    Raises:
        Refusal: validation_failed, when the body is not a JSON object or not declared as one.
    """
    if request.mimetype != "application/json":
        raise _unreadable("The Content-Type must be application/json.")
    try:
        fields = json.loads(request.get_data(cache=True), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _unreadable("The request body is not valid JSON.") from None
    if not isinstance(fields, dict):
        raise _unreadable("The request body must be a JSON object.")
    return fields


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _unreadable(message: str) -> Refusal:
    return Refusal(422, "validation_failed", message)
