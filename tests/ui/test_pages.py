"""The frame, the macros and the words, as they come out."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from flask import render_template_string
from jinja2 import UndefinedError
from werkzeug.datastructures import MultiDict

from tests.page import Answer, _Reader, check_html
from tests.ui.conftest import NOW, SampleForm, make_app
from webapp.ui import messages
from webapp.ui.icons import ICONS
from webapp.ui.refusals import explain_in, status_of

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

FORMS = "{% from 'macros/forms.html' import csrf, field, switch, choices, form_errors, submit %}"
PAGE = (
    "{% from 'macros/page.html' import banner, notice, toast_partial, pagination %}"
    "{% from 'macros/page.html' import time, phone, email %}"
)


def render(app: Flask, text: str, **context: object) -> str:
    with app.test_request_context("/"):
        return render_template_string(text, **context)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def checked(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    html = answer.get_data(as_text=True)
    check_html(Answer(answer, read(html)), is_part=False)
    return html


def test_the_frame_for_someone_signed_in(app: Flask, person: SimpleNamespace) -> None:
    app.config["PERSON"] = person
    html = checked(app.test_client(), "/page?status=404")
    assert 'data-bs-theme="dark"' in html
    assert 'data-shortcuts="off"' in html
    assert 'data-freshness="stale"' in html
    assert 'hx-headers:inherited=\'{"X-CSRFToken":' in html
    assert 'data-error-code="http_404"' in html
    assert "req-1" in html


def test_the_menu_shows_only_what_exists(app: Flask, person: SimpleNamespace) -> None:
    app.config["PERSON"] = person
    html = app.test_client().get("/page").text
    assert 'data-go="c"' in html
    assert 'data-go="a"' not in html


def test_a_visitor_gets_no_menu_and_the_automatic_theme(client: FlaskClient) -> None:
    html = checked(client, "/page?status=404")
    assert 'data-bs-theme="auto"' in html
    assert "popover" not in html


def test_a_theme_that_is_not_one_is_automatic(app: Flask, person: SimpleNamespace) -> None:
    person.theme = '"><script>'
    app.config["PERSON"] = person
    assert 'data-bs-theme="auto"' in app.test_client().get("/page").text


@pytest.mark.parametrize("is_sandbox", [False, True])
def test_the_sandbox_says_so_on_every_page(is_sandbox: bool) -> None:
    html = make_app(is_sandbox=is_sandbox).test_client().get("/login").text
    assert (messages.SANDBOX in html) is is_sandbox


def test_the_demo_fills_the_form_without_a_script(client: FlaskClient) -> None:
    assert "pass word one" in checked(client, "/login?demo=owner")
    assert 'value="pass word one"' in client.get("/login?demo=owner").text
    assert 'value="pass word one"' not in client.get("/login?demo=viewer").text


def test_a_saved_message_arrives_on_the_next_page(app: Flask, person: SimpleNamespace) -> None:
    app.config["PERSON"] = person
    client = app.test_client()
    token = re.search(r'"X-CSRFToken": "([^"]+)"', client.get("/page").text)
    assert token
    client.post("/save", headers={"X-CSRFToken": token[1]})
    assert "Saved: Zoë" in client.get("/page").text
    assert "Saved: Zoë" not in client.get("/page").text


def test_a_field_with_an_error_is_tied_to_it(app: Flask) -> None:
    form = SampleForm(MultiDict({"name": "x" * 30, "note": "<b>"}))
    form.validate()
    html = render(
        app,
        FORMS + "{{ form_errors(form) }}{{ field(form.name, hint='As on the card') }}",
        form=form,
    )
    reader = read(html)
    tag = next(found for name, found in reader.tags if name == "input")
    assert tag["aria-invalid"] == "true"
    assert tag["aria-describedby"] == "name-error name-hint"
    assert tag["value"] == "x" * 30
    ids = {found.get("id") for _, found in reader.tags}
    assert {"name", "name-error", "name-hint"} <= ids
    assert any(found.get("role") == "alert" for _, found in reader.tags)
    assert ("a", {"href": "#name"}) in reader.tags


def test_what_is_said_of_no_field_stands_in_the_summary(app: Flask) -> None:
    form = SampleForm()
    form.add_errors({"base": ("Limit of <b>customers</b>\u202e reached",), "name": ("Taken.",)})
    html = render(app, FORMS + "{{ form_errors(form) }}", form=form)
    assert "Limit of &lt;b&gt;customers&lt;/b&gt;" in html
    assert "\u202e" not in html
    assert messages.error_count(2) in html


def test_a_form_without_errors_has_no_summary(app: Flask) -> None:
    assert not render(app, FORMS + "{{ form_errors(form) }}", form=SampleForm()).strip()


def test_optional_is_marked_and_required_is_not(app: Flask) -> None:
    form = SampleForm()
    assert "optional" in render(app, FORMS + "{{ field(form.note) }}", form=form)
    assert "optional" not in render(app, FORMS + "{{ field(form.name) }}", form=form)


def test_values_are_escaped(app: Flask) -> None:
    form = SampleForm(MultiDict({"name": '"><script>', "note": "'\"></b><b>"}))
    html = render(app, FORMS + "{{ field(form.name) }}{{ field(form.note) }}", form=form)
    assert "<script>" not in html
    assert "<b>" not in html


def test_choices_and_switches_keep_what_was_chosen(app: Flask) -> None:
    form = SampleForm(MultiDict({"theme": "dark", "is_active": "1"}))
    html = render(app, FORMS + "{{ choices(form.theme) }}{{ switch(form.is_active) }}", form=form)
    chosen = [found["id"] for _, found in read(html).tags if "checked" in found]
    assert chosen == ["theme-2", "is_active"]


def test_a_missing_value_is_an_error_and_not_an_empty_place(app: Flask) -> None:
    with pytest.raises(UndefinedError):
        render(app, "{{ nothing }}")


@pytest.mark.parametrize(("state", "is_shown"), [("ok", False), ("stale", True), ("failed", True)])
def test_the_banner_speaks_up_when_needed(app: Flask, state: str, is_shown: bool) -> None:
    html = render(app, PAGE + "{{ banner(state, since=now) }}", state=state, now=NOW)
    assert (f'data-state="{state}"' in html) is is_shown


@pytest.mark.parametrize(("tone", "role"), [("danger", "alert"), ("success", "status")])
def test_notices_have_the_role_of_their_weight(app: Flask, tone: str, role: str) -> None:
    html = render(app, PAGE + "{{ notice(tone, 'Title', detail='a\u202eb') }}", tone=tone)
    assert f'role="{role}"' in html
    assert "⟨202E⟩" in html


def test_times_tell_exactly_on_focus(app: Flask) -> None:
    html = render(app, PAGE + "{{ time(now) }}{{ time(none) }}", now=NOW)
    assert 'tabindex="0">22 Apr 2026, 11:00<' in html
    assert "11:00:09 BST" in html
    assert "not known" in html


def test_contacts_are_links_only_when_they_can_be(app: Flask) -> None:
    html = render(
        app, PAGE + "{{ phone('02079460018') }}{{ email('no address') }}{{ email(none) }}"
    )
    assert 'href="tel:+442079460018"' in html
    assert "mailto:" not in html


def test_toasts_for_htmx_are_added_to_the_region(app: Flask) -> None:
    html = render(app, PAGE + "{{ toast_partial('<b>') }}")
    assert '<hx-partial hx-target="#toasts" hx-swap="beforeend">' in html
    assert "&lt;b&gt;" in html


def test_pages_are_links(app: Flask) -> None:
    html = render(app, PAGE + "{{ pagination(none, '/customers?page=x', '1 to 50', '#results') }}")
    links = [found for name, found in read(html).tags if name == "a"]
    assert [(link["rel"], link["href"]) for link in links] == [("next", "/customers?page=x")]


def test_icons_are_hidden_and_a_wrong_name_is_an_error(app: Flask) -> None:
    for name in ICONS:
        assert 'aria-hidden="true"' in render(app, "{{ icon(name) }}", name=name)
    with pytest.raises(UndefinedError):
        render(app, "{{ icon('no-such-icon') }}")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 413, 429, 500, 502, 503])
def test_every_error_has_words(status: int) -> None:
    assert messages.for_status(status) is messages.ERRORS[status]


def test_other_errors_read_like_the_nearest() -> None:
    assert messages.for_status(418) is messages.ERRORS[400]
    assert messages.for_status(504) is messages.ERRORS[500]


KINDS = [
    *("NotFound", "Invalid", "Refused", "RateLimited", "Misconfigured", "Unavailable"),
    *("OutcomeUnknown", "BadResponse", "idempotency_conflict", "changed_meanwhile"),
    *("write_open", "unknown_intent"),
]


def test_every_outcome_has_words_of_its_own() -> None:
    titles = [messages.for_kind(kind).title for kind in [*KINDS, "no such kind"]]
    assert len(set(titles)) == len(titles)
    assert messages.for_kind("unknown") is messages.for_kind("OutcomeUnknown")


def test_no_words_speak_of_the_machine() -> None:
    spoken = " ".join(
        f"{m.title} {m.text} {m.advice}"
        for m in [*messages.ERRORS.values(), *messages.OUTCOMES.values()]
    )
    assert not re.search(r"\b(HTTP|API|server error|exception|null|\d{3})\b", spoken, re.IGNORECASE)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 second"), (20, "20 seconds"), (61, "2 minutes"), (3600, "1 hour"), (7201, "3 hours")],
)
def test_lengths_of_time(seconds: int, words: str) -> None:
    assert messages.duration(seconds) == words


def test_a_refusal_goes_to_its_fields() -> None:
    form = SampleForm()
    assert explain_in(form, "invalid", {"name": ("Too plain.",)}) == 422
    assert form.name.errors == ["Too plain."]
    assert messages.for_kind("invalid").advice == "Correct them and save again.", "marked or not"
    assert status_of("changed_meanwhile") == 409
