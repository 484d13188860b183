"""/writes: what is under way between us and NeroPay, and what a person can do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, redirect, request, url_for

from webapp.jobs import service as jobs
from webapp.people.service import Permission, current_actor, polling, requires
from webapp.ui import messages
from webapp.ui.forms import clean_text, text_problem
from webapp.ui.htmx import is_partial, redirect_to, render_page
from webapp.writes import authors, deciding, held, notices, open_list, options, service, words
from webapp.writes.views import bp, may_decide, may_write, show_settled

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

__all__ = ["bp"]

_PROMPT = 4.0  # seconds for sending again while somebody waits; a look before has 8


@bp.get("")
@requires(Permission.CUSTOMERS_WRITE)
def index() -> Response:
    """List what is not confirmed and what waits."""
    return _page()


@bp.get("/open")
@polling
@requires(Permission.CUSTOMERS_WRITE)
def open_part() -> Response | BaseResponse:
    """Show the list as it is now; the page asks this by itself."""
    return _page() if is_partial() else redirect(url_for("writes.index"), 303)


@bp.post("/<record_id:intent_id>/settle")
@requires(Permission.CUSTOMERS_WRITE)
def settle_now(intent_id: str) -> Response:
    """Find out now; it takes twelve seconds at the most."""
    _find_or_404(intent_id)
    outcome = service.settle(intent_id, budget=_PROMPT)
    if outcome.is_open:
        flash(words.STILL_UNKNOWN, "warning")
        return redirect_to(url_for("writes.index"))
    notices.note_told(intent_id, current_actor().person_id)
    return redirect_to(url_for("writes.show", intent_id=intent_id))


@bp.get("/<record_id:intent_id>/give-up")
@requires(Permission.CUSTOMERS_WRITE)
def confirm_give_up(intent_id: str) -> Response:
    """Ask for the reason."""
    write = _find_own_or_403(intent_id)
    return _give_up_page(write) if write.is_open else show_settled(intent_id)


@bp.post("/<record_id:intent_id>/give-up")
@requires(Permission.CUSTOMERS_WRITE)
def give_up(intent_id: str) -> Response:
    """Stop looking for what became of a write."""
    write = _find_own_or_403(intent_id)
    if not write.is_open:
        return show_settled(intent_id)
    reason = clean_text(request.form.get("reason", ""))
    problem = text_problem(reason, words.REASON_LONG) if reason else words.REASON_MISSING
    if problem:
        return _give_up_page(write, reason, problem)
    if deciding.give_up(current_actor(), intent_id, reason) is None:
        flash(words.BUSY if _find_or_404(intent_id).is_open else words.HAS_SETTLED, "warning")
    else:
        jobs.request_sync()  # what became of it can be told by a newer copy only
        flash(words.GIVEN_UP, "success")
    return redirect_to(url_for("writes.show", intent_id=intent_id))


@bp.post("/<record_id:intent_id>/cancel")
@requires(Permission.CUSTOMERS_WRITE)
def cancel(intent_id: str) -> Response:
    """Throw away what waits."""
    waiting = held.find(intent_id)
    if waiting is None:
        return _show_left(intent_id)
    _check_own(waiting.actor.person_id, waiting.record_type)
    if held.cancel(current_actor(), intent_id) is None:
        return _show_left(intent_id)
    flash(words.CANCELLED, "success")
    return redirect_to(url_for("writes.index"))


@bp.post("/<record_id:intent_id>/take-over")
@requires(Permission.CUSTOMERS_WRITE)
def take_over(intent_id: str) -> Response:
    """Send as one's own what its author may not send any more."""
    waiting = held.find(intent_id)
    if waiting is None:
        return _show_left(intent_id)
    _check_own(waiting.actor.person_id, waiting.record_type)
    if authors.take_over(current_actor(), intent_id) is None:
        flash(words.NOT_YOURS_TO_TAKE, "warning")
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    flash(words.TAKEN_OVER, "success")
    return redirect_to(url_for("writes.index"))


@bp.post("/<record_id:intent_id>/decide")
@requires(Permission.CUSTOMERS_WRITE)
def decide(intent_id: str) -> Response:
    """Note what a person found out at NeroPay."""
    write = _find_or_404(intent_id)
    if not write.is_closed_unknown:
        return show_settled(intent_id)
    found = deciding.look(intent_id)
    if not found.can_tell:
        flash(words.COPY_IS_OLDER, "warning")
        return redirect_to(url_for("writes.show", intent_id=intent_id))
    record_id = request.form.get("made", "")
    known = {one.record_id for one in found.candidates} | {write.record_id}
    if record_id and record_id not in known:
        abort(400)
    word: deciding.Word = "made" if record_id else "not_made"
    if not deciding.decide(current_actor(), intent_id, word, record_id or write.record_id):
        return show_settled(intent_id)
    if "again" in request.form and write.kind == "customer.create":
        return redirect_to(url_for("customers.new", again=intent_id))
    flash(words.DECIDED[word], "success")
    return redirect_to(url_for("writes.show", intent_id=intent_id))


@bp.post("/waiting")
@requires(Permission.OPTIONS)
def turn() -> Response:
    """Decide whether writes may wait for NeroPay."""
    is_on = request.form.get("on") == "1"
    options.turn(current_actor(), options.HOLD, is_on=is_on)
    flash(words.TURNED[is_on], "success")
    return redirect_to(url_for("writes.index"))


def _page() -> Response:
    return render_page(
        "writes/index.html",
        "writes/_open_list.html",
        writes=open_list.gather(_types()),
        may_decide=may_decide,
        is_holding=options.is_on(options.HOLD),
    )


def _give_up_page(write: service.Outcome, reason: str = "", problem: str = "") -> Response:
    return render_page(
        "writes/give_up.html",
        "writes/_give_up.html",
        status=422 if problem else 200,
        write=write,
        reason=reason,
        problem=problem,
        longest=words.REASON_LONG,
        unknown=messages.for_kind("outcome_unknown"),
    )


def _show_left(intent_id: str) -> Response:
    """Lead to what became of what has left since its page was opened."""
    if service.find(intent_id) is None:
        abort(404)
    flash(words.HAS_LEFT, "warning")
    return redirect_to(url_for("writes.show", intent_id=intent_id))


def _types() -> tuple[str, ...]:
    return tuple(filter(may_write, ("customer", "category")))


def _check_type(record_type: str) -> None:
    if not may_write(record_type):
        abort(403)


def _check_own(author_id: int | None, record_type: str) -> None:
    _check_type(record_type)
    if not may_decide(author_id):
        abort(403)


def _find_or_404(intent_id: str) -> service.Outcome:
    write = service.find(intent_id)
    if write is None:
        abort(404)
    _check_type(write.record_type)
    return write


def _find_own_or_403(intent_id: str) -> service.Outcome:
    write = _find_or_404(intent_id)
    _check_own(service.author_of(intent_id), write.record_type)
    return write
