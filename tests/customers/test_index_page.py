"""/customers: the list, searched, filtered, sorted, page by page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from webapp.customers.service import run_sync

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from tests.page import Answer, Page
    from webapp.sandbox.testing import Sandbox

URL = "/customers"
SCRAPS = (
    ("0926", "Daisy Thomas"),
    ("07700 900 926", "Daisy Thomas"),
    ("%2B44 7700 900926", "Daisy Thomas"),
    ("PETER.price@", "Peter Price"),
    ("thomas dai", "Daisy Thomas"),
    ("osh", "Anjali O'Shea"),
    ("o'shea", "Anjali O'Shea"),
    ("wisniew", "Matilda Wiśniewska"),
    ("JÜRGEN", "Jürgen Hill"),
    ("yo226ye", "Matilda Wiśniewska"),
    ("lime tree", "Anjali O'Shea"),
    ("whitby", "Matilda Wiśniewska"),
    ("1008", "Mia Shaw"),
    ("haw", "Mia Shaw"),
)
SEARCHES = (
    *(
        '"',
        "*",
        "%",
        "_",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        '"a',
        "'",
        "a*",
        "-a",
        "^x",
        "a:b",
        "(",
        ";--",
    ),
    *("{7*7}", "\\", "%00", "%00ab", "%ff%fe", "%F0%9F%99%82", "%D7%A9%D7%9C", "%E2%80%AE"),
    *("x" * 10_000, "%22" * 500, "0" * 3_000, "%CC%81" * 50, "%E2%80%8B"),
)
SENSELESS = (
    *("page=-1", "page=0", "page=2", "page=abc", "page=%00", "page=%F0%9F%99%82", "page=W10"),
    *("page=WyJuYW1lIixbXSwiYSIsMSwxXQ", "page=WyJuYW1lIix7fSwiYSIsMSwxXQ"),  # lists in it
    *("page=" + "A" * 9000, "page=WyJuYW1lIiwwLCJcdWQ4MDAiLDEsMF0", "page=WyJuYW1lIiwwLDEsMSwxXQ"),
    *("page=WyJuYW1lIiwwLCJ6eiIsOTk5LDBd", "page=WyJuYW1lIiwwLCIiLDk5OTk5OTk5OTk5OTk5LDBd"),
    *("sort=id;drop", "sort=%00", "sort=name&sort=town", "no_email=x", "no_phone=1&no_phone=2"),
    *("added_since=yesterday", "added_since=0001-01-01", "added_since=9999-12-31", "offset=-5"),
    *("added_since=2026-02-30", "added_since=%D9%A2026-01-01", "q=a&q=b", "unknown=1", "limit=9e9"),
)


@pytest.fixture
def viewer(page_as: Callable[[str], Page], copied: Sandbox) -> Page:
    return page_as("viewer")


def names(answer: Answer) -> list[str]:
    """Give the names in the rows; marks are taken off."""
    assert answer.status == 200
    rows = re.findall(r'<a href="/customers/\d+">(.*?)</a>', answer.html)
    return [re.sub(r"<[^>]+>", "", row).replace("&#39;", "'") for row in rows]


def find(page: Page, /, **query: str) -> list[str]:
    return names(page.get(f"{URL}?{'&'.join(f'{key}={value}' for key, value in query.items())}"))


def test_lists_everybody_by_name_without_asking_neropay(viewer: Page, copied: Sandbox) -> None:
    listed = names(viewer.get(URL))
    assert len(listed) == 12
    assert listed[:3] == ["Anjali O'Shea", "Archie Adams", "Daisy Thomas"]
    assert copied.requests() == []


def test_the_part_is_in_the_page(viewer: Page) -> None:
    part, page = viewer.get(URL, htmx=True), viewer.get(URL)
    assert part.reader.tags[0][0] == "section"
    assert part.has("section", id="results")
    assert page.has("section", id="results")
    assert names(part) == names(page)


def test_finds_by_any_scrap(viewer: Page) -> None:
    for typed, found in SCRAPS:
        assert found in find(viewer, q=typed)[:1], typed


def test_marks_what_matched_and_counts(viewer: Page) -> None:
    answer = viewer.get(f"{URL}?q=daisy")
    assert "1 of 12 for “daisy”" in answer.text
    assert "<mark>Daisy</mark>" in answer.html
    assert answer.has("input", id="search", value="daisy")


def test_a_viewer_is_not_offered_to_write(viewer: Page) -> None:
    assert not viewer.get(f"{URL}?q=nobody-like-this").has("a", href="/customers/new")
    answer = viewer.get(URL)
    assert not answer.has("a", href="/customers/new")
    assert not answer.has("a", data_key="e")


def test_an_edit_link_opens_in_the_row(page_as: Callable[[str], Page], copied: Sandbox) -> None:
    url = "/customers/1001/edit"
    assert page_as("staff").get(URL).has("a", href=url, hx_get=url, hx_target="closest tr")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"no_email": "1"}, ["Matilda Wiśniewska"]),
        ({"no_phone": "1"}, ["Mia Shaw", "Susan Winterbourne"]),
        ({"no_phone": "1", "q": "susan"}, ["Susan Winterbourne"]),
        ({"added_since": "2999-01-01"}, []),
    ],
)
def test_filters(viewer: Page, query: dict[str, str], found: list[str]) -> None:
    assert find(viewer, **query) == found


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("name", "Anjali O'Shea", "Thomas Tanaka"),
        ("newest", "Susan Winterbourne", "Daisy Thomas"),
        ("town", "Daisy Thomas", "Thomas Tanaka"),
    ],
)
def test_sorts(viewer: Page, sort: str, first: str, last: str) -> None:
    listed = find(viewer, sort=sort)
    assert (listed[0], listed[-1]) == (first, last)


@pytest.mark.parametrize("sort", ["best", "name", "newest", "town"])
def test_pages_go_forwards_and_back_over_everybody_once(
    app: Flask, page_as: Callable[[str], Page], sandbox: Sandbox, sort: str
) -> None:
    sandbox.seed(customers=120, categories=0)
    with app.app_context():
        run_sync(reason="test")
    viewer = page_as("viewer")
    pages = [viewer.get(f"{URL}?sort={sort}")]
    while following := link(pages[-1], "next"):
        pages.append(viewer.get(following))
    ids = [re.findall(r'<a href="(/customers/\d+)">', page.html) for page in pages]
    assert [len(page) for page in ids] == [50, 50, 20]
    assert len({one for page in ids for one in page}) == 120
    assert "51 to 100" in pages[1].text
    back = viewer.get(link(pages[2], "prev"))
    assert re.findall(r'<a href="(/customers/\d+)">', back.html) == ids[1]


def link(answer: Answer, rel: str) -> str:
    hrefs = (found["href"] for tag, found in answer.reader.tags if found.get("rel") == rel)
    return next(hrefs, None) or ""


def test_while_typing_the_address_is_kept_without_gaps(viewer: Page) -> None:
    headers = {"HX_Source": "form#filters"}
    answer = viewer.get(f"{URL}?q=%F0%9F%99%82&sort=best&no_email=", htmx=True, **headers)
    assert answer.response.headers["HX-Replace-Url"] == f"{URL}?q=%F0%9F%99%82"


def test_any_search_is_answered(viewer: Page, copied: Sandbox) -> None:
    for q in SEARCHES:
        for htmx in (False, True):
            assert viewer.get(f"{URL}?q={q}", htmx=htmx).status == 200, q
    assert copied.requests() == []


def test_wildcards_are_letters_like_others(viewer: Page) -> None:
    for q in ("%25", "_", "Da%25sy", "Dais_", "*", "dai*"):
        assert find(viewer, q=q) == []


def test_what_makes_no_sense_counts_as_not_given(viewer: Page) -> None:
    for query in SENSELESS:
        assert viewer.get(f"{URL}?{query}").status == 200, query
        for sort in ("name", "newest", "best"):
            answer = viewer.get(f"{URL}?sort={sort}&q=1&{query}", htmx=True)
            assert answer.status == 200, (sort, query)


def test_a_place_that_was_tampered_with_is_the_first_page(viewer: Page) -> None:
    for cursor in ("-1", "abc", "%00", "W10", "WyJuYW1lIiwwLCJcdWQ4MDAiLDEsMF0"):
        assert find(viewer, page=cursor)[0] == "Anjali O'Shea"


def test_hostile_text_is_shown_as_it_is(viewer: Page, copied: Sandbox, app: Flask) -> None:
    copied.set_customer(
        1001, name="<i>Daisy</i> {{7*7}}", city="\u202enodnoL", email="<b@x.example"
    )
    with app.app_context():
        run_sync(reason="test")
    answer = viewer.get(f"{URL}?q=%3Ci%3Edaisy")
    assert "1 of 12 for “<i>daisy”" in answer.text
    assert "</i> {{7*7}}" in answer.text
    assert "\u202e" not in answer.html
    assert not answer.has("i")


def test_an_empty_neropay_says_so(app: Flask, page_as: Callable[[str], Page]) -> None:
    with app.app_context():
        run_sync(reason="test")
    assert "No customers yet" in page_as("viewer").get(URL).text


def test_the_list_goes_on_without_neropay(viewer: Page, no_neropay: None) -> None:
    assert len(names(viewer.get(URL))) == 12
    assert find(viewer, q="daisy") == ["Daisy Thomas"]


def test_it_is_only_read(viewer: Page) -> None:
    assert viewer.post(URL).status == 405
