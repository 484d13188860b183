"""A person who takes another name while a form is open is still the same person."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from webapp.activity.service import Actor
from webapp.writes.service import new_intent_id

if TYPE_CHECKING:
    from tests.writes.office import Office
    from webapp.sandbox.testing import Sandbox


def test_the_form_of_a_person_with_a_new_name_is_theirs(office: Office, sandbox: Sandbox) -> None:
    intent_id = new_intent_id()
    office.create("Jane", intent_id)
    again = office.create("Jane", intent_id, actor=replace(office.anna, name="Anna Married"))
    assert (again.is_replay, again.refusal) == (True, None)
    assert len(sandbox.ledger()) == 1


def test_two_commands_are_told_by_their_names(office: Office) -> None:
    intent_id = new_intent_id()
    office.create("Jane", intent_id, actor=Actor(None, "one command", None))
    other = office.create("Jane", intent_id, actor=Actor(None, "another", None))
    assert other.refusal is not None
    assert other.refusal.kind == "unknown_intent"
