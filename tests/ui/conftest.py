"""A small application with the shared parts alone: no feature, no database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from flask import Flask, abort, flash, g, render_template, request
from wtforms import BooleanField, HiddenField, PasswordField, RadioField
from wtforms.fields.choices import SelectChoice

from webapp import ui
from webapp.ui import messages
from webapp.ui.csrf import CsrfProtect, kept_fields, renew_token
from webapp.ui.filters import iso_time
from webapp.ui.forms import Form, TextField, WholeNumberField
from webapp.ui.htmx import redirect_to, render_page, return_place

if TYPE_CHECKING:
    from flask import Response
    from flask.testing import FlaskClient
    from flask_wtf.csrf import CSRFError

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
NOW = datetime(2026, 4, 22, 10, 0, 9, tzinfo=UTC)


THEMES = [SelectChoice("auto", "Automatic"), SelectChoice("dark", "Dark")]


class SampleForm(Form):
    """One field of each kind."""

    name = TextField("Name", max_chars=20, required=True)
    note = TextField("Note", max_chars=200, multiline=True)
    position = WholeNumberField("Position", most=100)
    is_active = BooleanField("Active")
    theme = RadioField("Theme", choices=THEMES, default="auto")
    intent = HiddenField()


class SignInForm(Form):
    email = TextField("E-mail", required=True)
    password = PasswordField("Password")


def make_app(*, has_hsts: bool = False, is_sandbox: bool = False) -> Flask:
    app = Flask("tests_ui", template_folder=str(TEMPLATES), static_folder=None)
    app.config.update(SECRET_KEY="k" * 40, TESTING=False, PERSON=None)
    CsrfProtect().init_app(app)
    ui.init_app(app, is_sandbox=is_sandbox, has_hsts=has_hsts)

    @app.context_processor
    def context() -> dict[str, object]:
        fresh = SimpleNamespace(
            state="stale",
            text="Copy from 11:04",
            since=datetime(2026, 4, 22, 10, 4, tzinfo=UTC),
            code="",
        )
        return {"person": app.config["PERSON"], "freshness": fresh, "request_id": "req-1"}

    app.add_template_global(lambda code, _at: f"{iso_time(NOW)} · {code} · req-1", "reference")

    @app.get("/customers", endpoint="customers.index")
    def customers() -> str:
        return f"<h1>Customers</h1>{'x' * 1000}"

    @app.get("/page")
    def page() -> Response:
        status = int(request.args.get("status", 200))
        return render_page("errors/error.html", "errors/_error.html", status=status, **_error(404))

    @app.get("/short")
    def short() -> str:
        return "<p>short</p>"

    @app.route("/save", methods=["POST"])
    def save() -> Response:
        flash(messages.saved("Zoë"), "success")
        return redirect_to("/customers")

    @app.get("/go")
    def go() -> Response:
        return redirect_to(request.args["to"])

    @app.get("/back")
    def back() -> str:
        return return_place(request.args.get("next"), "/customers")

    @app.get("/login", endpoint="people.login")
    def login() -> str:
        person = SimpleNamespace(role="owner", email="o@shop.example", password="pass word one")
        return render_template("people/login.html", form=SignInForm(), demo_people=[person])

    app.add_url_rule("/passkey", "factors.sign_in", methods=["POST"])
    app.add_url_rule("/passkey/options", "factors.sign_in_options", methods=["POST"])

    @app.get("/renewed")
    def renewed() -> str:
        renew_token()
        return render_template("people/login.html", form=SignInForm(), demo_people=[])

    @app.get("/bug")
    def bug() -> str:
        abort(500)

    def show_error(error: CSRFError) -> Response:
        status = error.code or 500
        g.error_code = "csrf_failed" if status == 400 else f"http_{status}"
        context = {**_error(status), "code": g.error_code, "kept": kept_fields()}
        return render_page("errors/error.html", "errors/_error.html", status=status, **context)

    app.register_error_handler(400, show_error)
    app.register_error_handler(500, show_error)
    return app


def _error(status: int) -> dict[str, object]:
    return {
        "http_status": status,
        "message": messages.for_status(status),
        "code": f"http_{status}",
        "action": request.path,
        "home": "/",
    }


@pytest.fixture
def app() -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def person() -> SimpleNamespace:
    return SimpleNamespace(
        name="Sian Pritchard",
        email="sian@shop.example",
        role="staff",
        theme="dark",
        has_shortcuts=False,
    )
