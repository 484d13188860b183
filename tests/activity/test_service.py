"""Entries are appended whole, in order, cleaned, and read back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from webapp.activity.service import Actor, history, record, verify
from webapp.activity.tables import activity
from webapp.extensions import db
from webapp.writes.service import State

if TYPE_CHECKING:
    from flask import Flask

ANNA = Actor(1, "Anna", "192.0.2.7")
pytestmark = pytest.mark.usefixtures("small_app")


def _append(label: str = "Jane", **more: object) -> None:
    with db.write() as connection:
        record(
            connection,
            actor=ANNA,
            kind="customer.update",
            outcome="applied",
            record_type="customer",
            record_id="1001",
            label=label,
            **more,  # type: ignore[arg-type]  # what one test varies
        )


def test_an_entry_says_who_did_what_to_which_record() -> None:
    _append(changes={"city": ("Leeds", None)}, intent_id="a" * 32)

    (entry,) = history("customer", "1001")

    assert (entry.id, entry.actor_name, entry.kind) == (1, "Anna", "customer.update")
    assert (entry.outcome, entry.label, entry.intent_id) == ("applied", "Jane", "a" * 32)
    assert entry.changes == {"city": ("Leeds", None)}
    assert entry.at.isoformat() == "2026-04-22T10:00:00+00:00"


def test_history_gives_the_newest_first_and_no_other_record() -> None:
    for label in ("first", "second", "third"):
        _append(label)

    assert [entry.label for entry in history("customer", "1001", limit=2)] == ["third", "second"]
    assert history("customer", "1002") == ()
    assert history("category", "1001") == ()


def test_an_outcome_that_is_a_member_of_an_enum_is_a_text() -> None:
    _append(intent_id=State.APPLIED)  # any column: State is what writes give as outcome
    assert verify().ok


def test_an_undone_transaction_leaves_no_entry_and_no_gap() -> None:
    _append("kept")
    with db.engine.connect() as connection:
        record(connection, actor=ANNA, kind="sign_out", outcome="ok")
        connection.rollback()
    _append("kept too")

    assert [entry.id for entry in history("customer", "1001")] == [2, 1]
    assert verify().ok


def test_two_entries_in_one_transaction_follow_each_other() -> None:
    with db.write() as connection:
        for kind in ("sign_in.failed", "sign_in.ok"):
            record(connection, actor=ANNA, kind=kind, outcome="ok")

    assert verify().checked == 2


def test_threads_that_append_at_once_make_one_sound_chain(small_app: Flask) -> None:
    def work() -> None:
        with small_app.app_context():
            for _ in range(10):
                _append()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    result = verify()
    assert (result.ok, result.checked) == (True, 40)


@pytest.mark.parametrize("field", ["password", "new_password", "session_token", "SECRET_KEY"])
@pytest.mark.parametrize("value", ["hunter2hunter2", 20_260_422])
def test_values_of_secret_fields_are_not_kept(field: str, value: object) -> None:
    _append(changes={field: (value, value)})

    with db.read() as connection:
        stored = connection.execute(select(activity.c.changes)).scalar_one()
    assert str(value) not in stored
    assert history("customer", "1001")[0].changes == {field: ("(not shown)", "(not shown)")}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("half \ud83d of a pair", "\x00\x1b[31m")
@given(st.text(st.characters(), max_size=600), st.text(st.characters(), max_size=600))
def test_any_text_is_kept_in_a_form_that_pages_can_carry(label: str, value: str) -> None:
    _append(label, changes={"name": (None, value)})

    entry = history("customer", "1001", limit=1)[0]
    for text in (entry.label, entry.changes["name"][1]):
        assert isinstance(text, str)
        assert len(text) <= 500
        assert "\x00" not in text
        text.encode()  # no lone surrogates
    assert verify().ok


def test_a_long_chain_is_checked_over_several_reads() -> None:
    with db.write() as connection:
        for _ in range(1_001):
            record(connection, actor=ANNA, kind="sign_out", outcome="ok")

    assert verify().checked == 1_001
