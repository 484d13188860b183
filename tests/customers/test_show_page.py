"""/customers/<id>: one customer, from our copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from werkzeug.exceptions import NotFound

from webapp.customers.service import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers/1001"


@pytest.fixture
def staff(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("staff")


def test_shows_every_field_without_asking_neropay(staff: Page, copied: Sandbox) -> None:
    answer = staff.get(URL)
    assert answer.status == 200
    for text in ("Daisy Thomas", "102 Mill Lane", "Cardiff", "CF10 3FW", "07700 900926"):
        assert text in answer.text
    assert answer.has("a", href="tel:+447700900926")
    assert answer.has("a", href="mailto:daisy.thomas@post.example")
    assert "Last confirmed by NeroPay" in answer.text
    assert copied.requests() == []


def test_no_name_in_the_title(staff: Page) -> None:
    assert staff.get(URL).reader.title.startswith("Customer 1001 ·")


def test_the_part_is_in_the_page_and_refreshes_itself(staff: Page) -> None:
    for answer in (staff.get(URL), staff.get(URL, htmx=True)):
        assert answer.has("article", id="record", hx_get=f"{URL}/refresh", hx_trigger="load")


def test_a_restored_history_gets_the_whole_page(staff: Page) -> None:
    answer = staff.get(URL, HX_Request="true", HX_History_Restore_Request="true")
    assert answer.has("html", lang="en-GB")


def test_a_viewer_reads_and_is_offered_no_edit(
    page_as: Callable[[str], Page], copied: Sandbox
) -> None:
    answer = page_as("viewer").get(URL)
    assert answer.status == 200
    assert not answer.has("a", href=f"{URL}/edit")


def test_its_history_is_newest_first(staff: Page) -> None:
    for city in ("Swansea", "Newport"):
        staff.post(f"{URL}/edit", {**staff.get(f"{URL}/edit").form(f"{URL}/edit"), "city": city})
    text = staff.get(URL).text
    assert text.index("Swansea Newport") < text.index("Cardiff Swansea")


@pytest.mark.parametrize(
    ("back", "leads"),
    [
        ("/customers?q=daisy", "/customers?q=daisy"),
        ("http://localhost/customers?page=abc", "/customers?page=abc"),
        ("http://evil.example/customers?q=x", "/customers?q=x"),
        ("/login?next=/", "/customers"),
        ("//[", "/customers"),
        ("\\\\evil", "/customers"),
    ],
)
def test_the_way_back_is_a_list_of_ours(staff: Page, back: str, leads: str) -> None:
    for answer in (
        staff.get(URL, Referer=back),
        staff.client.get(URL, query_string={"back": back}),
    ):
        html = answer.html if hasattr(answer, "html") else answer.text
        assert f'class="back" href="{leads}"' in html


def test_hostile_text_is_shown_as_it_is(staff: Page, copied: Sandbox, app: Flask) -> None:
    copied.set_customer(1001, name="<b>{{7*7}}</b>\u202egnp", email='"><script>@x.example',
                        phone="javascript:alert(1)", city="' onclick=x")  # fmt: skip
    with app.app_context():
        run_sync(reason="test")
    answer = staff.get(URL)
    assert "<b>{{7*7}}" in answer.text
    assert "\u202e" not in answer.html
    assert "<script>" not in answer.html
    assert "javascript:alert(1)" in answer.text
    assert staff.get("/customers?q=gnp").status == 200


def test_a_customer_whom_the_list_gave_in_brief_is_asked_for(
    app: Flask, page_as: Callable[[str], Page], sandbox: Sandbox
) -> None:
    sandbox.switch(list_rows="brief", get_by_id=False)
    sandbox.seed(customers=2, categories=0)
    with app.app_context():
        run_sync(reason="test")
    staff = page_as("staff")
    assert "the rest has not arrived yet" in staff.get(URL).text
    sandbox.switch(get_by_id=True)
    answer = staff.get(URL)
    assert "102 Mill Lane" in answer.text
    assert "the rest has not arrived yet" not in answer.text


def test_one_that_is_new_at_neropay_is_asked_for(staff: Page, copied: Sandbox) -> None:
    copied.seed(customers=13, categories=0)
    assert staff.get("/customers/1013").status == 200


def test_nobody_of_that_id(staff: Page, copied: Sandbox) -> None:
    assert staff.get("/customers/9999").status == 404
    assert staff.get("/customers/9999", htmx=True).status == 404


def test_neropay_out_of_reach_changes_nothing(staff: Page, no_neropay: None) -> None:
    assert "102 Mill Lane" in staff.get(URL).text


def test_what_neropay_cannot_be_asked_for_is_not_called_missing(
    staff: Page, no_neropay: None
) -> None:
    for answer in (staff.get("/customers/9999"), staff.get("/customers/9999/refresh", htmx=True)):
        assert answer.status == 502
        assert "gave no proper answer" in answer.text


def test_an_open_write_is_not_called_confirmed(staff: Page, copied: Sandbox) -> None:
    copied.fault(action="status", status=500, times=0, match={"method": "PATCH"})
    form = staff.get(f"{URL}/edit").form(f"{URL}/edit")
    staff.post(f"{URL}/edit", {**form, "city": "Swansea"})
    assert "Confirmed by NeroPay just now" not in staff.get(f"{URL}/refresh", htmx=True).text
    stays = staff.get(f"{URL}/refresh")  # without JavaScript too, which is not led away
    assert (stays.status, stays.location) == (200, "")
    assert "Confirmed by NeroPay just now" not in stays.text
    assert "nothing has changed" not in stays.text


def test_what_cannot_be_an_id_is_404_without_a_call(staff: Page, copied: Sandbox) -> None:
    for id_ in ("..", "%2e%2e", "a/b", "a%2fb", "x" * 65, "1%00", "%ff", "1 ", "é", "1;x", "."):
        for path in ("", "/refresh", "/edit"):
            assert staff.get(f"/customers/{id_}{path}").status in {404, 405}, (id_, path)
        for path in ("/edit", "/carry"):
            answer = staff.post(f"/customers/{id_}{path}", {"name": "Jane"})
            assert answer.status == 404, (id_, path)
    assert copied.requests() == []


def test_the_rule_for_ids(app: Flask) -> None:
    addresses = app.url_map.bind("")
    for id_ in ("1", "A_b-9", "x" * 64):
        assert addresses.match(f"/customers/{id_}") == ("customers.show", {"customer_id": id_})
    for id_ in ("x" * 65, "a.b", "a b", "é", "a~", "1\n", "", "%31"):
        with pytest.raises(NotFound):
            addresses.match(f"/customers/{id_}")


def test_it_is_only_read(staff: Page) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = staff.client.open(URL, method=method, data={"csrf_token": staff.csrf_token()})
        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize("word", ["new", "near", "sync", "twins"])
@pytest.mark.parametrize("path", ["", "/refresh", "/edit"])
def test_a_word_of_our_own_paths_is_no_customer(
    page_as: Callable[[str], Page], copied: Sandbox, word: str, path: str
) -> None:
    answer = page_as("staff").get(f"/customers/{word}{path}")
    is_page = not path and word in {"new", "sync"}
    assert answer.status == (200 if is_page else 405 if word == "twins" and not path else 404)
    assert copied.requests() == []
