"""What is said after a correction was saved, with the button that takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request, url_for

from webapp.clock import now
from webapp.customers import words
from webapp.customers.conflicts import changes_of
from webapp.customers.undo import KIND
from webapp.ui import messages
from webapp.ui.htmx import return_place
from webapp.ui.toasts import Action, Toast
from webapp.writes.service import new_intent_id

if TYPE_CHECKING:
    from webapp.customers.forms import CustomerForm
    from webapp.writes.service import Outcome


def saved_toasts(outcome: Outcome, form: CustomerForm | None = None) -> list[Toast]:
    """Say what was saved, what NeroPay keeps otherwise, and what others changed meanwhile.

    Args:
        outcome: Of a correction or of an undo that NeroPay has confirmed.
        form: The form that was sent; None for an undo.
    """
    toasts = [_done(outcome, form)]
    if outcome.fields_differing:
        toasts.append(Toast(messages.stored_differently(outcome.fields_differing), "warning"))
    if outcome.changed_by_others:
        mine = changes_of(form.seen_values(), form.values()) if form else {}
        saved = () if outcome.is_no_change else mine
        toasts.append(Toast(words.also_changed(outcome.changed_by_others, saved), "info"))
    if outcome.copy_of and not outcome.is_no_change:
        toasts.append(Toast(words.compared_with_copy(outcome.copy_of, now()), "info"))
    return toasts


def undo_action(outcome: Outcome) -> Action | None:
    """Give the button that takes a confirmed change back; None when nothing was changed."""
    if outcome.is_no_change or outcome.record_id is None:
        return None
    place = return_place(request.form.get("back"), "")
    return Action(
        text="Undo",
        busy="Undoing…",
        url=url_for("customers.undo", customer_id=outcome.record_id, of=outcome.intent_id),
        intent=new_intent_id(),
        fields={"back": place} if place else {},
    )


def _done(outcome: Outcome, form: CustomerForm | None) -> Toast:
    if outcome.is_no_change:
        if outcome.kind == KIND:
            return Toast(words.ALREADY_UNDONE, "info")
        return Toast(_why_not_sent(form, outcome) if form else messages.NO_CHANGE)
    text = (messages.undone if outcome.kind == KIND else messages.saved)(outcome.label)
    return Toast(text, action=undo_action(outcome))


def _why_not_sent(form: CustomerForm, outcome: Outcome) -> str:
    if changes_of(form.seen_values(), form.values()):  # somebody else has made the same change
        return words.there_already(outcome.copy_of, now())
    return words.KEPT_THEIRS if form.note().asked else messages.NO_CHANGE
