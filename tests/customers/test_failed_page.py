"""A form that ends in a failure of ours, without JavaScript: nothing that was typed is lost."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import text

from webapp.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask

    from tests.page import Page
    from webapp.sandbox.testing import Sandbox

NEW = "/customers/new"


@contextmanager
def without(app: Flask, table: str) -> Iterator[None]:
    """Take a table away for a while."""

    def rename(old: str, new: str) -> None:
        with app.app_context(), db.write() as connection:
            connection.execute(text(f"ALTER TABLE {old} RENAME TO {new}"))

    rename(table, "away")
    try:
        yield
    finally:
        rename("away", table)


def test_when_the_journal_is_not_there_nothing_is_sent(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    staff = page_as("staff")
    form = {**staff.get(NEW).form(NEW), "name": "Zoë Ghost"}
    with without(app, "intents"):
        failed = staff.post(NEW, form, Sec_Fetch_Site="same-origin")
    assert failed.status == 503
    assert "it may have been saved" in failed.text  # by an earlier click, for all we can tell
    assert copied.ledger() == []
    again = failed.form(NEW)
    assert (again["name"], again["intent"]) == ("Zoë Ghost", form["intent"])
    staff.post(NEW, again, Sec_Fetch_Site="same-origin")
    assert len(copied.ledger()) == 1


def test_when_the_outcome_cannot_be_noted_down_it_stays_open(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    staff = page_as("staff")
    form = {**staff.get(NEW).form(NEW), "name": "Zoë Ghost"}
    with without(app, "settle_counter"):
        sent = staff.post(NEW, form, Sec_Fetch_Site="same-origin")
    assert (sent.status, sent.location) == (303, f"/writes/{form['intent']}")
    assert "no answer" in staff.get(sent.location).text
    staff.post(NEW, form, Sec_Fetch_Site="same-origin")
    assert len(copied.ledger()) == 1


def test_when_the_record_has_gone_meanwhile(
    page_as: Callable[[str], Page], copied: Sandbox, app: Flask
) -> None:
    staff, url = page_as("staff"), "/customers/1001/edit"
    form = {**staff.get(url).form(url), "phone": "07700 900111"}
    copied.delete_customer(1001)
    with app.app_context(), db.write() as connection:
        connection.execute(text("DELETE FROM customers WHERE id = '1001'"))
    gone = staff.post(url, form, Sec_Fetch_Site="same-origin")
    assert "NeroPay has this customer no more" in gone.text
    assert gone.form(NEW)["phone"] == "07700 900111"  # offered as a new customer


def test_another_site_gets_nothing_back(page_as: Callable[[str], Page], copied: Sandbox) -> None:
    staff = page_as("staff")
    form = {**staff.get(NEW).form(NEW), "name": "Zoë Ghost"}
    answer = staff.post("/customers/gone/edit", form, Sec_Fetch_Site="cross-site")
    assert answer.status == 404
    assert "Zoë Ghost" not in answer.text
