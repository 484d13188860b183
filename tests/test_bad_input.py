"""Whatever is typed into a form: a sentence at the field, the input kept; or shown as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from webapp.customers.forms import CustomerForm
from webapp.customers.models import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

NEW, EDIT, CATEGORY = "/customers/new", "/customers/1001/edit", "/categories/new"
FORMS = [(NEW, "name"), (NEW, "email"), (EDIT, "name"), (EDIT, "postcode"), (CATEGORY, "name")]
EMPTY = ["", " ", "\t\r\n ", "\u200b\u2060", "\u3164", "\u2800", "\u00ad", "\u00a0\u2003", "\ufeff"]
WRONG = {
    "too long": "x" * 10_000,
    "too long in emoji": "🙂" * 2_000,
    "nul": "Ja\x00ne",
    "bell": "  Ja\x07ne ",
    "escape": "Ja\x1b[31mne",
    "line break": "Jane\r\nBcc: x",
    "line separator": "Ja\u2028ne",
    "not readable": "Ja\ufffdne",
}
NO_ADDRESSES = (
    *("jane", "jane@", "@example.com", "a b@example.com", "jane@example", "a@b@example.com"),
    *("jane@exa_mple.com", "javascript:alert(1)", "jane@example.com\x00"),
)
LITERAL = [
    "Zoë 🙂",
    "שלום \u202egnp.eciovni",
    "<script>alert(1)</script>",
    "{{7*7}}{% raw %}",
    'O\'Brien "Bob" `id`',
    "' OR 1=1 --",
    "\\u0041 %00 %s {0}",
    "null",
    "=cmd|' /C calc'!A0",
]


@pytest.fixture
def manager(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("manager")


def fill(page: Page, url: str, **typed: str) -> dict[str, str]:
    base = {"name": "Jane"} if url != EDIT else {}
    return {**page.get(url).form(url), **base, **typed}


def says_why(answer: Answer, field: str) -> bool:
    """Whether the field is marked, and its sentence is on the page."""
    error = f"{field}-error"
    return answer.has("input", id=field, aria_invalid="true", aria_describedby=error) and (
        answer.has("p", id=error)
    )


def test_nothing_that_can_be_seen_is_no_name(manager: Page, copied: Sandbox) -> None:
    for url in (NEW, EDIT, CATEGORY):
        for text in EMPTY:
            answer = manager.post(url, fill(manager, url, name=text))
            assert answer.status == 422, (url, text)
            assert says_why(answer, "name")
            assert "Enter a name." in answer.text
    assert copied.requests() == []


def test_nothing_that_can_be_seen_in_another_field_is_empty(manager: Page, copied: Sandbox) -> None:
    for text in EMPTY:
        manager.post(NEW, fill(manager, NEW, phone=text, email=text))
        made = copied.customers()[-1]
        assert (made["phone"], made["email"]) == (None, None), text


@pytest.mark.parametrize(("url", "field"), FORMS)
def test_what_is_wrong_is_said_at_the_field_and_kept(
    manager: Page, copied: Sandbox, url: str, field: str
) -> None:
    for why, text in WRONG.items():
        answer = manager.post(url, fill(manager, url, **{field: text}))
        assert answer.status == 422, why
        assert says_why(answer, field), why
        kept = answer.form(url)
        assert kept[field].replace("\r\n", "\n") == text.replace("\r\n", "\n"), why
        assert kept["intent"]
    assert copied.requests() == []


@pytest.mark.parametrize("url", [NEW, EDIT, CATEGORY])
def test_what_is_odd_is_sent_and_shown_as_it_is(manager: Page, copied: Sandbox, url: str) -> None:
    for text in LITERAL:
        saved = manager.post(url, fill(manager, url, name=text))
        assert saved.status == 303, text
        shown = manager.get(saved.location)
        assert shown.status == 200
        assert not re.search(r"(?<![\d:.])49(?![\d:])", shown.text)  # but in a time of day
        assert "\u202e" not in shown.html
        if "\u202e" not in text:
            assert re.sub(r"\s+", " ", text) in shown.text
        records = copied.categories() if url == CATEGORY else copied.customers()
        assert text in {record["name"] for record in records}


def test_what_is_no_email_address(manager: Page, copied: Sandbox) -> None:
    for address in NO_ADDRESSES:
        answer = manager.post(NEW, fill(manager, NEW, email=address))
        assert answer.status == 422, address
        assert says_why(answer, "email")
        assert answer.form(NEW)["email"] == address
    assert copied.requests() == []


def test_an_odd_address_that_the_record_has_already_may_stay(
    manager: Page, copied: Sandbox
) -> None:
    copied.set_customer(1001, email="daisy@localhost")
    manager.get("/customers/1001/refresh")
    assert manager.post(EDIT, fill(manager, EDIT, city="Swansea")).status == 303
    assert copied.customers()[0]["city"] == "Swansea"


@pytest.mark.parametrize(("url", "field"), [(NEW, "phone"), (EDIT, "city"), (CATEGORY, "name")])
def test_a_field_twice_is_not_guessed_at(
    manager: Page, copied: Sandbox, url: str, field: str
) -> None:
    form: dict[str, object] = {**fill(manager, url), field: ["one", "two"]}
    for name in (field, "intent"):
        answer = manager._read(
            manager.client.post(url, data={**form, name: ["one", "two"]}), htmx=False
        )
        assert answer.status == 422
        assert "sent more than once" in answer.text
    assert copied.requests() == []


def test_fields_that_nobody_asked_for_are_not_sent(manager: Page, copied: Sandbox) -> None:
    more = {"id": "1", "created_at": "2000-01-01", "role": "owner", "__proto__": "x"}
    assert manager.post(NEW, fill(manager, NEW, **more)).location == "/customers/1013"
    assert copied.customers()[-1]["created_at"] > "2001"


@pytest.mark.parametrize("url", [NEW, EDIT, CATEGORY])
def test_another_kind_of_body_is_an_empty_form(manager: Page, copied: Sandbox, url: str) -> None:
    token = {"X-CSRFToken": manager.csrf_token()}
    for body, kind in (
        ('{"name": ["x"]}', "application/json"),
        ("\x00\x01", "application/octet-stream"),
        ("--x\r\n\r\n", "multipart/form-data; boundary=x"),
        ("name=x", "text/plain"),
    ):
        response = manager.client.post(url, data=body, content_type=kind, headers=token)
        assert response.status_code == 422, kind
    assert copied.requests() == []


@pytest.mark.parametrize(("url", "field"), FORMS)
def test_what_is_not_utf8_is_said_at_the_field(
    manager: Page, copied: Sandbox, url: str, field: str
) -> None:
    form = {**fill(manager, url), field: ""}
    body = "&".join(f"{name}={quote_plus(value)}" for name, value in form.items() if name != field)
    for raw in (b"%ff%fe", b"Jos%e9", b"%C3%28", b"%ED%A0%80", b"\xff", b"Jos\xe9"):
        response = manager.client.post(
            url,
            data=f"{body}&{field}=".encode() + raw,
            content_type="application/x-www-form-urlencoded",
        )
        answer = manager._read(response, htmx=False)
        assert answer.status == 422, raw
        assert says_why(answer, field)
        assert "Some characters could not be read" in answer.text
    assert copied.requests() == []


def test_a_postcode_is_tidied_when_it_looks_british(manager: Page, copied: Sandbox) -> None:
    tidied = {"sw1a1aa": "SW1A 1AA", "m1  1ae": "M1 1AE", "75001": "75001", "D02 x285": "D02 x285"}
    for typed, sent in tidied.items():
        manager.post(NEW, fill(manager, NEW, postcode=typed))
        assert copied.customers()[-1]["postcode"] == sent


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(FIELDS), st.text(max_size=300)), st.text(max_size=50))
def test_no_form_breaks(typed: dict[str, str], seen: str) -> None:
    from werkzeug.datastructures import MultiDict

    form = CustomerForm(MultiDict({**typed, "seen": seen}))
    if form.validate():
        for value in form.values().values():
            assert value is None or (value == value.strip() and value.encode())
    form.seen_values()


@pytest.mark.parametrize("url", ["/customers", "/team", "/activity"])
def test_what_is_too_long_to_look_for_is_said_and_cut(
    page_as: Callable[[str], Page], url: str
) -> None:
    owner = page_as("owner")
    for htmx in (False, True):
        assert "first 200 characters" in owner.get(f"{url}?q={'x' * 7_000}", htmx=htmx).text
    assert "first 200 characters" not in owner.get(f"{url}?q={'x' * 200}").text
