"""The sandbox as a Flask application: what every call goes through, whatever it asks.

The API is under /v2, the controls for tests and demo under /_sandbox.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.http import http_date

from webapp.sandbox import account, categories, checks, controls, customers, misbehave
from webapp.sandbox.answers import Refusal, failure, not_found, render, respond
from webapp.sandbox.delivery import ENVIRON_KEY, Abandoned, Delivery
from webapp.sandbox.faults import Faults
from webapp.sandbox.state import Received, RequestLog, State, sandbox
from webapp.sandbox.store import Store
from webapp.sandbox.switches import Switches

ACCOUNT_ID = "NP6454f52b_6165"
API = "/v2"
LARGEST_BODY = 1_000_000
WRITES = ("POST", "PATCH", "DELETE")


def create_sandbox(
    *,
    path: Path | str,
    secret_key: str,
    account_id: str | None = ACCOUNT_ID,
    clock: Callable[[], float] = time.time,
    app_env: str = "demo",
) -> Flask:
    """Return a NeroPay of our own.

    Args:
        path: its SQLite file, made when missing; what is in it survives.
        secret_key: the merchant's secret: bearer key and signing key.
        account_id: the merchant's id; None for one without NeroConnect.
        clock: Unix time in seconds.
        app_env: APP_ENV of whoever starts it.

    Raises:
        RuntimeError: in production, where a made-up NeroPay must never answer.
    """
    if app_env == "production":
        raise RuntimeError("The sandbox does not start with APP_ENV=production.")
    app = Flask("tillside.sandbox", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    store = Store(Path(path))
    app.extensions["sandbox"] = State(
        store=store,
        switches=Switches(store),
        faults=Faults(),
        requests=RequestLog(),
        secret_key=secret_key,
        account_id=account_id,
        clock=clock,
    )
    for blueprint in (customers.blueprint, categories.blueprint, account.blueprint):
        app.register_blueprint(blueprint, url_prefix=API)
    app.register_blueprint(controls.blueprint, url_prefix="/_sandbox")
    app.before_request(_receive)
    app.after_request(_answer)
    app.register_error_handler(Refusal, _refuse)
    app.register_error_handler(Abandoned, _abandon)
    app.register_error_handler(HTTPException, _explain)
    return app


def _receive() -> Response | None:
    """Note the call, let a fault take it, and check whose it is."""
    g.fault = None
    g.is_answered = False
    if not request.path.startswith(API + "/"):
        return None
    state = sandbox()
    g.received = state.requests.add(
        Received(
            method=request.method,
            path=request.path,
            query=request.query_string.decode("latin-1"),
            key=request.headers.get("Idempotency-Key"),
            at=state.clock(),
        )
    )
    g.fault = state.faults.take(request.method, request.path)
    if g.fault is not None:
        g.received.fault = g.fault.action
        answer = misbehave.before_effect(g.fault, _delivery())
        if answer is not None:
            g.is_answered = True
            return answer
    checks.check_bearer(request, state.secret_key)
    checks.check_account(request, state.account_id)
    if request.method in WRITES:
        checks.check_signature(request, state.secret_key, state.clock())
    return None


def _answer(response: Response) -> Response:
    """Date the answer, let the fault at it, and note what became of the call."""
    offset = 0.0
    if g.fault is not None:
        if not g.is_answered:
            response = _after_effect(response)
        offset = g.fault.offset
    response.headers["Date"] = http_date(sandbox().clock() + offset)
    if "received" in g:
        delivery = _delivery()
        is_whole = not delivery.silent and delivery.cut is None
        g.received.status = response.status_code if is_whole else None
    return response


def _after_effect(response: Response) -> Response:
    try:
        return misbehave.after_effect(g.fault, response, _delivery())
    except Abandoned as abandoned:
        return _abandon(abandoned)


def _refuse(refusal: Refusal) -> Response:
    return respond(refusal.status, render(refusal.payload()))


def _abandon(_: Abandoned) -> Response:
    g.is_answered = True
    delivery = _delivery()
    delivery.silent, delivery.ending = True, "reset"
    return Response(status=500)


def _explain(problem: HTTPException) -> Response:
    """Answer what no view of ours answers: no such path, method or size, and our own bugs."""
    status = problem.code or 500
    if status == 404:
        return _refuse(not_found("page"))
    code = {405: "method_not_allowed", 413: "payload_too_large"}.get(status, "server_error")
    return respond(status, render(failure(code, problem.description or problem.name)))


def _delivery() -> Delivery:
    if "delivery" not in g:
        delivery = request.environ.get(ENVIRON_KEY)
        g.delivery = delivery if isinstance(delivery, Delivery) else Delivery()
        g.delivery.pause = sandbox().faults.pause
    assert isinstance(g.delivery, Delivery)
    return g.delivery
