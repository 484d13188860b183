"""The file: what is in it, who gets it, and that no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PASSWORD
from webapp.activity.export import COLUMNS, safe_cell, stream_csv
from webapp.activity.models import Query, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.activity.conftest import Append
    from tests.backing import Clock
    from tests.page import Answer, Page
    from webapp.activity.service import Actor

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0")


def _rows(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200
    body = answer.response.get_data().decode("utf-8")
    assert body.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(body[1:], newline="")))


def test_the_file_has_what_the_list_has(
    page_as: Callable[[str], Page], append: Append, actors: dict[str, Actor]
) -> None:
    append(by=actors["staff"], label="Zoë, “the” first", changes={"city": ("Leeds", None)})
    append("category.create", record_type="category", label="Shoes")
    answer = page_as("manager").get("/activity/export?kind=customers")
    assert answer.response.mimetype == "text/csv"
    disposition = answer.response.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="activity-2')
    (row,) = _rows(answer)
    assert tuple(row) == COLUMNS
    assert (row["Who"], row["From"]) == ("Staff Person", "192.0.2.7")
    assert row["Person number"] == str(actors["staff"].person_id)
    assert (row["Kind"], row["Outcome"]) == ("customer.update", "applied")
    assert (row["Record number"], row["Name"]) == ("1001", "Zoë, “the” first")
    assert row["Changes"] == "Town or city: Leeds → empty"


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_begins_like_a_formula(
    page_as: Callable[[str], Page], append: Append, text: str
) -> None:
    append(label=text, record_id=text, changes={text: (text, text)})
    row = _rows(page_as("owner").get("/activity/export?kind=customers"))[0]
    for cell in (row["Name"], row["Record number"], row["Changes"]):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    cleaned = text.replace("\t", "\ufffd").replace("\r", "\ufffd")  # as the trail keeps it
    assert row["Name"] in {f"'{text}", cleaned}


@given(st.text())
def test_any_text_is_safe_and_safe_text_is_left_alone(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert cell in {text, f"'{text}"}


def test_the_export_itself_is_in_the_trail(page_as: Callable[[str], Page], append: Append) -> None:
    append()
    page = page_as("manager")
    page.get("/activity/export?kind=customers&q=jane")
    assert "Exported activity q=jane, kind=customers" in page.get("/activity").text


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_who_may_not_export_does_not(page_as: Callable[[str], Page], role: str) -> None:
    assert page_as(role).get("/activity/export").status == 403


def test_after_a_while_the_password_is_asked_for_again(
    page_as: Callable[[str], Page], clock: Clock
) -> None:
    page = page_as("owner")
    clock.advance(minutes=16)
    seen = "/activity?kind=customers&q=jane"
    answer = page.get("/activity/export?kind=customers", Referer=f"http://localhost{seen}")
    asked = "/account/step-up?next=/activity?kind%3Dcustomers%26q%3Djane&again=1"
    assert (answer.status, answer.location) == (303, asked)
    assert page.get(asked).has("form", action=asked)
    confirmed = page.post(asked, {"password": PASSWORD})
    assert (confirmed.status, confirmed.location) == (303, seen)  # a page, and no file
    assert "Press Export again" in page.get(seen).text
    assert page.get("/activity/export?kind=customers").status == 200


def test_without_a_page_before_it_the_start_is_shown(
    page_as: Callable[[str], Page], clock: Clock
) -> None:
    page = page_as("owner")
    clock.advance(minutes=16)
    assert page.get("/activity/export").location == "/account/step-up?next=/&again=1"
    clock.advance(hours=1)
    seen = page.get("/activity/export", Referer="http://localhost/activity")
    assert seen.location == "/login?next=/activity"


def test_it_is_made_while_it_is_sent(app: Flask, append: Append) -> None:
    for number in range(5):
        append(label=f"C{number}")
    with app.app_context():
        pieces = stream_csv(Query(), Scope(1, is_all=True))
        assert next(pieces).startswith("\ufeffNumber,")
        append(label="Later")
        assert "Later" in next(pieces)
        assert next(pieces, None) is None


def test_the_answer_streams(page_as: Callable[[str], Page], append: Append) -> None:
    append()
    response = page_as("owner").client.get("/activity/export", buffered=False)
    assert response.is_streamed
    response.close()
