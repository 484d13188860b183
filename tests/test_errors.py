"""Error pages: a sentence, a reference, the right status; as a page and as a part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask, abort
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from tests.page import Page
from webapp.extensions import db
from webapp.neropay.errors import Misconfigured, OutcomeUnknown, RateLimited, Unavailable
from webapp.people.service import Permission, public, requires
from webapp.people.tables import sessions

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

STATUSES = (400, 401, 403, 404, 405, 413, 414, 429, 500, 502, 503)
RAISED: dict[str, tuple[Exception, int, str]] = {
    "bug": (ZeroDivisionError("a secret of ours"), 500, "http_500"),
    "database": (OperationalError("SELECT secret", {}, Exception("x")), 503, "database_failed"),
    "disk": (OSError(28, "No space left"), 503, "disk_failed"),
    "key": (Misconfigured("authentication_failed", status=401), 502, "authentication_failed"),
    "busy": (RateLimited("rate_limited", status=429, after=7.4), 502, "rate_limited"),
    "down": (Unavailable("connection_refused"), 502, "connection_refused"),
    "unclear": (OutcomeUnknown("timed_out"), 502, "timed_out"),
}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """The application, with routes that fail."""
    app = make_app()

    @app.get("/fail/<what>")
    @public
    def fail(what: str) -> str:
        if what.isdigit():
            abort(int(what))
        raise RAISED[what][0]

    @app.get("/staff/fail/<what>")
    @requires(Permission.SELF)
    def fail_signed_in(what: str) -> str:
        return fail(what)

    return app


def test_each_status_has_its_page(page: Page, page_as: Callable[[str], Page]) -> None:
    staff = page_as("staff")
    for status in STATUSES:
        for answer in (page.get(f"/fail/{status}"), staff.get(f"/staff/fail/{status}")):
            assert answer.status == status
            assert answer.has("section", data_error_code=f"http_{status}")
            assert f"Error {status}" in answer.text
            assert answer.response.headers["X-Request-ID"] in answer.text


def test_each_status_has_its_part(page_as: Callable[[str], Page]) -> None:
    staff = page_as("staff")
    for status in STATUSES:
        answer = staff.get(f"/staff/fail/{status}", htmx=True)
        assert answer.status == status
        assert answer.has("div", data_error_code=f"http_{status}", tabindex="-1")
        assert answer.response.headers["X-Request-ID"] in answer.text
        assert answer.response.headers["HX-Retarget"] == "#alerts"


@pytest.mark.parametrize("what", RAISED)
def test_what_is_raised_becomes_a_page_without_details(
    page_as: Callable[[str], Page], what: str
) -> None:
    error, status, code = RAISED[what]
    staff = page_as("staff")
    answer = staff.get(f"/staff/fail/{what}")
    assert answer.status == status
    assert answer.has("section", data_error_code=code)
    assert "secret" not in answer.html
    assert type(error).__name__ not in answer.html
    assert "Sign out" in answer.text  # an outage of NeroPay's is no sign-out
    part = staff.get(f"/staff/fail/{what}", htmx=True)
    assert (part.status, part.has("div", data_error_code=code)) == (status, True)


def test_when_to_come_back_is_said(page: Page) -> None:
    assert page.get("/fail/busy").response.headers["Retry-After"] == "7"
    assert page.get("/fail/disk").response.headers["Retry-After"] == "5"


def test_each_is_logged_with_its_code_and_no_query(
    page: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    page.get("/fail/key?q=Jane")
    logged = capsys.readouterr().err
    assert "authentication_failed" in logged
    assert "Jane" not in logged


def test_a_form_without_a_token_keeps_what_was_typed(page_as: Callable[[str], Page]) -> None:
    staff = page_as("staff")
    typed = {"csrf_token": "stale", "name": "Zoë <b>", "intent": "0" * 32, "password": "hush"}
    answer = staff.post("/customers/new", typed, Origin="http://localhost")
    assert answer.status == 400
    assert answer.has("section", data_error_code="csrf_failed")
    assert "Name Zoë <b>" in answer.text
    assert "You have signed in or out since it was opened" in answer.text
    assert "hush" not in answer.html
    again = answer.form("/customers/new")
    assert (again["name"], again["intent"]) == ("Zoë <b>", "0" * 32)
    assert staff.post("/customers/new", again, Origin="http://localhost").status == 303


@pytest.mark.parametrize(
    ("kind", "body"),
    [("application/json", b'{"name": "Jane"}'), ("multipart/form-data", b"name=Jane"), ("", b"")],
)
def test_what_is_no_form_of_ours_is_not_called_too_old(
    page_as: Callable[[str], Page], kind: str, body: bytes
) -> None:
    response = page_as("staff").client.post("/customers/new", data=body, content_type=kind)
    assert response.status_code == 400
    told = response.get_data(as_text=True)
    assert "could not be read as a form of ours" in told
    assert "signed in or out" not in told


def test_another_sites_form_gets_nothing_back(page_as: Callable[[str], Page]) -> None:
    typed = {"csrf_token": "", "name": "Planted"}
    evil = {"Origin": "https://evil.example"}
    for origin in (evil, {"Sec_Fetch_Site": "cross-site"}, {}, {"Host": ""}, {"Host": "a..b"}):
        answer = page_as("staff").post("/customers/new", typed, htmx=False, **origin)
        assert answer.status in {400, 401}  # no cookie comes with another host
        assert "Planted" not in answer.html


def test_htmx_gets_a_fresh_token_with_the_refusal(page_as: Callable[[str], Page]) -> None:
    staff = page_as("staff")
    answer = staff.post("/customers/new", {"csrf_token": "stale"}, htmx=True)
    assert answer.status == 400
    fresh = next(found for tag, found in answer.reader.tags if "data-fresh-csrf" in found)
    assert (
        staff.post("/customers/new", {"csrf_token": str(fresh["value"])}, htmx=True).status == 422
    )


def test_a_form_of_a_session_that_ran_out_keeps_what_was_typed(
    page_as: Callable[[str], Page], app: Flask
) -> None:
    staff = page_as("staff")
    form = {**staff.get("/customers/new").form("/customers/new"), "name": "Zoë"}
    staff.post("/logout", {"csrf_token": form["csrf_token"]})
    answer = staff.post("/customers/new", form, Origin="http://localhost")
    assert answer.status == 401
    assert answer.form("/customers/new")["name"] == "Zoë"


def test_too_much_at_once(page_as: Callable[[str], Page]) -> None:
    staff = page_as("staff")
    token = staff.csrf_token()
    for htmx in (False, True):
        answer = staff.post(
            "/customers/new", {"csrf_token": token, "name": "x" * 70_000}, htmx=htmx
        )
        assert answer.status == 413
        assert answer.response.headers["Connection"] == "close"
    many = {f"field{number}": "" for number in range(300)}
    for kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        form = {**many, "csrf_token": token}
        response = staff.client.post("/customers/new", data=form, content_type=kind)
        assert response.status_code == 413


def test_a_host_that_is_not_ours(make_app: Callable[..., Flask]) -> None:
    page = Page(make_app(trusted_hosts=("till.example",)).test_client())
    assert page.get("/login", Host="evil.example").status == 400
    assert page.get("/login", Host="till.example").status == 200
    assert page.get("/healthz", Host="10.0.0.9").status == 200


@pytest.mark.parametrize("url", ["/nowhere", "/customers/", "/customers//1001", "/%00", "/é", "/*"])
def test_nothing_here(page: Page, url: str) -> None:
    answer = page.get(url)
    assert answer.status == 404
    assert answer.has("section", data_error_code="http_404")


@pytest.mark.parametrize("why", ["locked", "setup"])
def test_a_session_that_may_see_nothing_yet_sees_nothing_on_error_pages(
    page_as: Callable[[str], Page], why: str
) -> None:
    page = page_as("staff")
    assert page.post("/account/name", {"name": "Jane Staff"}).status == 303  # and a message waits
    if why == "locked":
        page.post("/lock")
    else:
        with page.client.application.app_context(), db.write() as connection:
            connection.execute(update(sessions).values(level="setup"))
    for answer in (
        page.get("/nowhere"),
        page.get("/nowhere", htmx=True),
        page.post("/nowhere", {"csrf_token": "none"}),
    ):
        assert answer.status == 404
        for told in ("Jane Staff", "staff@shop.example", "Sign out", "toast-"):
            assert told not in answer.html
        assert not answer.has("nav", id="side")
    assert page.get("/nowhere").has("a", href="/")
