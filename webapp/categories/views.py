"""The category pages: list, add, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, request, url_for

from webapp.categories import service, words
from webapp.categories.deleted import find_deleted, last_name, list_deleted
from webapp.categories.forms import CategoryForm, DeleteForm
from webapp.categories.hold_views import hold_deletion, hold_new
from webapp.people.service import Permission, can, current_actor, requires
from webapp.ui import messages
from webapp.ui.htmx import is_partial, redirect_to, render_page
from webapp.ui.refusals import explain_in, status_of
from webapp.ui.toasts import Action, Toast, flash_toasts
from webapp.ui.unseen import has_unseen
from webapp.writes import waiting as queue
from webapp.writes.service import NOT_CONFIRMED, Refusal, State, find, is_intent_id, new_intent_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response

    from webapp.categories.models import CategoryRow
    from webapp.ui.outcomes import Message
    from webapp.writes.service import Outcome

bp = Blueprint("categories", __name__, url_prefix="/categories")

# Another category was sent under this form's id before: this one is to be sent by itself.
_SENT_BEFORE: Final = Refusal("category_added_before", "sent_before")


@bp.get("")
@requires(Permission.CUSTOMERS_READ)
def index() -> Response:
    """List the categories in till order, with a row to add one."""
    return list_page()


@bp.get("/new")
@requires(Permission.CATEGORIES_WRITE)
def new() -> Response:
    """Show the add form as a page of its own."""
    return _new_page(_empty_form())


@bp.post("/new")
@requires(Permission.CATEGORIES_WRITE)
def create() -> Response:
    """Add a category, once, however often the form is sent."""
    form = CategoryForm(request.form)
    if not form.validate():
        return _new_page(form, status=422)
    if _is_to_be_asked(form):
        return _new_page(form, asked=words.ASKED_ONCE, status=422)
    kept = hold_new(form)
    if kept is not None:
        return refused_page(form, kept) if isinstance(kept, Refusal) else kept
    outcome = service.create_category(
        current_actor(),
        form.intent.data,
        form.name.data or "",
        form.sort_order.number or 0,
        form.is_active.data,
    )
    if outcome.is_changed_body or outcome.state is not State.APPLIED:
        return not_added(form, outcome)
    added = toasts_of(outcome, messages.added(outcome.label))
    if is_partial():
        return list_page(marked=outcome.record_id, toasts=added)
    flash_toasts(added)
    return redirect_to(url_for("categories.index", _anchor=f"category-{outcome.record_id}"))


@bp.get("/near")
@requires(Permission.CATEGORIES_WRITE)
def near() -> Response:
    """Name categories that are called much like the one being typed."""
    form = CategoryForm(request.args)
    return render_page(
        "categories/new.html",
        "categories/_near.html",
        form=form,
        refusal=None,
        near=service.near_duplicates(form.name.data or ""),
    )


@bp.get("/<record_id:category_id>/delete")
@requires(Permission.CATEGORIES_WRITE)
def confirm_delete(category_id: str) -> Response:
    """Ask once, naming the category and that NeroPay decides."""
    category = service.find_category(category_id)
    if category is None:
        return _gone(category_id)
    form = DeleteForm()
    form.intent.data = new_intent_id()
    return render_page(
        "categories/delete.html",
        "categories/_delete_row.html",
        category=category,
        form=form,
    )


@bp.post("/<record_id:category_id>/delete")
@requires(Permission.CATEGORIES_WRITE)
def delete(category_id: str) -> Response:
    """Ask NeroPay to delete the category; a refusal is explained at its row."""
    form = DeleteForm(request.form)
    if "hold" in request.form:
        category = service.find_category(category_id)
        if category is None:
            return _gone(category_id)
        kept = hold_deletion(form, category)
        return list_page(refused=category, refusal=kept) if isinstance(kept, Refusal) else kept
    outcome = service.delete_category(current_actor(), form.intent.data or "", category_id)
    if outcome.state is State.REFUSED:
        return _not_deleted(category_id, outcome)
    if outcome.state is not State.APPLIED:
        return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))
    return _list_with(Toast(words.deleted(outcome.label), action=_action(category_id)))


def _not_deleted(category_id: str, outcome: Outcome) -> Response:
    """Explain at the row why it is still there; of one that NeroPay does not have there is none."""
    category = service.find_category(category_id)
    if category is not None:
        return list_page(refused=category, refusal=outcome.refusal)
    return _gone(category_id, outcome.label)


def _gone(category_id: str, label: str = "") -> Response:
    """Say who has deleted it, or that NeroPay does not have it; 404 when it was never here.

    Args:
        category_id: NeroPay's id.
        label: Its name, when it was still here a moment ago.
    """
    deleted, name = find_deleted(category_id), label or last_name(category_id)
    if not deleted and not name:
        abort(404)
    text = words.deleted_already(deleted.name, deleted.deleted_by) if deleted else ""
    return _list_with(Toast(text or words.was_gone(name), "info"))


def _list_with(toast: Toast) -> Response:
    if is_partial():
        return list_page(toasts=[toast])
    flash_toasts([toast])
    return redirect_to(url_for("categories.index"))


def not_added(form: CategoryForm, outcome: Outcome) -> Response:
    """Answer a form that did not add a category just now."""
    refusal = outcome.refusal
    if refusal is None and outcome.is_changed_body:
        refusal = _why_not_sent(outcome)
    if refusal is None:
        return redirect_to(url_for("writes.show", intent_id=outcome.intent_id))
    if refusal in NOT_CONFIRMED:  # that one is settled when the same form comes again
        return _new_page(form, refusal, status=explain_in(form, refusal.kind, refusal.fields))
    return refused_page(form, refusal)


def toasts_of(outcome: Outcome, done: str) -> list[Toast]:
    """Say what was done, and which fields NeroPay keeps otherwise than they were sent."""
    differing = messages.stored_differently(outcome.fields_differing)
    return [Toast(done), *([Toast(differing, "warning")] if differing else [])]


def _why_not_sent(earlier: Outcome) -> Refusal:
    """Give why a changed form was not sent, by what became of the one that was sent before."""
    if earlier.state is State.APPLIED:
        return _SENT_BEFORE
    return earlier.why_not_again


def _action(category_id: str) -> Action:
    url = url_for("categories.restore", category_id=category_id)
    return Action("Add it again", "Adding…", url, new_intent_id())


def _empty_form() -> CategoryForm:
    form = CategoryForm()
    form.intent.data = new_intent_id()
    form.sort_order.data = str(service.next_position())
    return form


def list_page(
    *,
    refused: CategoryRow | None = None,
    refusal: Refusal | None = None,
    marked: str | None = None,
    toasts: Sequence[Toast] = (),
) -> Response:
    """Show the list, or put it in the place of the one that is there."""
    categories = service.list_categories()
    response = render_page(
        "categories/index.html",
        "categories/_table.html",
        status=status_of(refusal.kind) if refusal else 200,
        categories=categories,
        freshness_of_list=service.category_freshness(),
        form=_empty_form(),
        near=(),
        refused=refused,
        refusal=refusal,
        marked=marked,
        held=queue.marks_of("category").held,
        toasts=toasts,
        deleted=list_deleted(categories) if can(Permission.CATEGORIES_WRITE) else (),
        again_intent=new_intent_id(),
    )
    response.headers["HX-Retarget"] = "#categories"  # whichever row or form asked
    return response


def refused_page(form: CategoryForm, refusal: Refusal) -> Response:
    """Show the form again with why it was not added: it is a new attempt then."""
    form.intent.data = new_intent_id()
    return _new_page(form, refusal, status=explain_in(form, refusal.kind, refusal.fields))


def _is_to_be_asked(form: CategoryForm) -> bool:
    """Whether one of that very name is there that no page of this form has shown."""
    name, intent_id = (form.name.data or "").casefold(), form.intent.data
    same = (row.id for row in service.near_duplicates(name) if row.name.casefold() == name)
    return has_unseen(same) and is_intent_id(intent_id) and find(intent_id) is None


def _new_page(
    form: CategoryForm,
    refusal: Refusal | None = None,
    *,
    asked: Message | None = None,
    status: int = 200,
) -> Response:
    form.intent.data = form.intent.data or new_intent_id()
    return render_page(
        "categories/new.html",
        "categories/_form.html",
        status=status,
        form=form,
        refusal=refusal,
        asked=asked,
        near=service.near_duplicates(form.name.data or ""),
    )
