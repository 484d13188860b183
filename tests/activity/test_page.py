"""The page: who sees what, as a page and as a part, and every kind of entry in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.activity.conftest import Append
    from tests.conftest import Member
    from tests.page import Page
    from webapp.activity.service import Actor

FIELDS = {"city": ("Leeds", "York"), "phone": (None, "020 7946 0018")}


@pytest.fixture(autouse=True)
def _entries(append: Append, actors: dict[str, Actor]) -> None:
    append(by=actors["staff"], label="Jane <b>Smith</b>", changes=FIELDS)
    append("category.create", by=actors["manager"], record_type="category", record_id="7",
           label="Shoes")  # fmt: skip
    append("person.role_changed", by=actors["owner"], record_type="person", record_id="99",
           label="Ben Brown", changes={"role": ("viewer", "staff")}, outcome="ok")  # fmt: skip
    append("customer.create", by=actors["staff"], outcome="refused", label="No Such")
    append("sign_in.failed", record_type="person", label="Carl Coy", outcome="failed")


def test_an_entry_says_who_what_which_old_new_outcome_when_and_from_where(
    page_as: Callable[[str], Page],
) -> None:
    answer = page_as("owner").get("/activity")
    assert answer.status == 200
    for words in (
        "Staff Person",
        "Changed customer",
        "Jane <b>Smith</b>",
        "Town or city Leeds York",
        "Phone 020 7946 0018",
        "192.0.2.7",
        "Refused, nothing changed",
        "changed the role",
        "Sign-in failed",
        "Today",
    ):
        assert words.lower() in answer.text.lower(), words
    assert answer.has("a", href="/customers/1001")
    assert answer.has("a", href="/categories#category-7")


@pytest.mark.parametrize("role", ["owner", "manager"])
def test_owners_and_managers_see_everything(page_as: Callable[[str], Page], role: str) -> None:
    text = page_as(role).get("/activity").text
    assert "Ben Brown" in text
    assert "Carl Coy" in text
    assert "Shoes" in text


@pytest.mark.parametrize("role", ["staff", "viewer"])
def test_others_see_records_and_their_own(page_as: Callable[[str], Page], role: str) -> None:
    answer = page_as(role).get("/activity")
    assert "Jane" in answer.text
    assert "Shoes" in answer.text
    assert f"{role.title()} Person Signed in" in answer.text
    assert "Ben Brown" not in answer.text
    assert "Carl Coy" not in answer.text
    assert "Owner Person" not in answer.text


@pytest.mark.parametrize("role", ["staff", "viewer"])
@pytest.mark.parametrize(
    "query",
    [
        "kind=person.role_changed",
        "kind=people",
        "kind=sign_in.failed",
        "kind=sign_ins",
        "person=nobody",
        "person={owner}",
        "record=person:99",
        "record=99",
        "q=brown",
        "q=coy",
        "person={owner}&kind=people&q=ben+brown",
    ],
)
def test_no_filter_shows_others_what_is_not_theirs(
    page_as: Callable[[str], Page], cast: dict[str, Member], role: str, query: str
) -> None:
    answer = page_as(role).get(f"/activity?{query.format(owner=cast['owner'].id)}")
    assert answer.status == 200
    for words in ("Ben Brown", "Carl Coy", "Owner Person"):
        assert words not in answer.text


def test_visitors_are_sent_to_sign_in(page: Page) -> None:
    assert page.get("/activity").location == "/login?next=/activity"
    assert page.get("/activity", htmx=True).status == 401
    assert page.get("/activity/export").status == 303


def test_htmx_gets_the_results_alone_and_they_are_in_the_page(
    page_as: Callable[[str], Page],
) -> None:
    page = page_as("manager")
    part = page.get("/activity?kind=customers", htmx=True)
    assert part.html.lstrip().startswith('<section id="results"')
    assert "Jane" in part.text
    shown = part.text.removesuffix("2 entries, newest first")  # which is said besides
    assert shown.strip() in page.get("/activity?kind=customers").text


def test_typing_keeps_the_address_without_gaps(page_as: Callable[[str], Page]) -> None:
    headers = {"HX_Source": "form#filters"}
    answer = page_as("manager").get("/activity?q=jane&person=&kind=", htmx=True, **headers)
    assert answer.response.headers["HX-Replace-Url"] == "/activity?q=jane"


def test_the_menu_leads_here(page_as: Callable[[str], Page]) -> None:
    answer = page_as("viewer").get("/activity")
    assert answer.has("a", href="/activity", aria_current="page")


def test_only_get(page_as: Callable[[str], Page]) -> None:
    assert page_as("owner").post("/activity").status == 405


def test_only_those_who_may_export_are_offered_to(page_as: Callable[[str], Page]) -> None:
    assert page_as("manager").get("/activity").has("a", href="/activity/export")
    assert not page_as("staff").get("/activity").has("a", href="/activity/export")


def test_yesterday_and_the_days_before(
    page_as: Callable[[str], Page], append: Append, clock: object
) -> None:
    clock.advance(days=1)  # type: ignore[attr-defined]  # tests.backing.Clock
    append(label="Next Day")
    text = page_as("owner").get("/activity").text
    assert text.index("Today") < text.index("Next Day") < text.index("Yesterday")
    clock.advance(days=30)  # type: ignore[attr-defined]  # as above
    text = page_as("owner").get("/activity").text
    assert "Yesterday" not in text


def test_entries_about_people_lead_to_the_team(
    page_as: Callable[[str], Page], append: Append, actors: dict[str, Actor]
) -> None:
    about = {"record_type": "person", "record_id": "7", "label": "Ida"}
    append("person.role_changed", by=actors["staff"], **about)
    for role, is_led in (("owner", True), ("manager", True), ("staff", False)):
        answer = page_as(role).get("/activity?kind=person.role_changed")
        assert "Ida" in answer.text
        assert answer.has("a", href="/team#person-7") is is_led
