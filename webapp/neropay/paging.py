"""Walking a list whose paging is not documented (neropay.md, "Not documented").

We ask for `?limit=100&page=N` and believe nothing: hints are followed when they are there, a
page that brings no new id ends the walk, and no id comes out twice. No network here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from webapp.neropay.errors import BadResponse
from webapp.neropay.models import Category, Customer, Page
from webapp.neropay.texts import whole_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from webapp.neropay.parsing import Envelope

Record = TypeVar("Record", Customer, Category)

# Pages in a row that had rows, but none that could be read: a list may go on behind them.
MOST_BARREN: Final = 3
_END: Final = ""
_LONGEST_LINK: Final = 2000


def walk(
    fetch: Callable[[str], Envelope],
    parse: Callable[[object], Record],
    *,
    url: str,
    limit: int,
    most_pages: int = 100_000,
) -> Iterator[Page[Record]]:
    """Walk a list page by page, asking for each page only when it is wanted.

    Args:
        fetch: Gets one page by its query; its data is a list.
        parse: Makes a record of a row, or raises BadResponse, and the row is set aside.
        url: The absolute address of the list, to compare `links.next` with.
        limit: Rows to ask for in a page; NeroPay may give more or fewer.
        most_pages: Where a list is taken for endless.

    Yields:
        Pages; `has_more` is False on the last one, which may be empty.

    Raises:
        BadResponse: The list does not end.
    """
    seen: set[str] = set()
    longest = barren = 0
    query = urlencode({"limit": limit, "page": 1})
    for number in range(1, most_pages + 1):
        envelope = fetch(query)
        rows = envelope.data if isinstance(envelope.data, list) else []
        items, set_aside = _read(rows, parse, seen)
        barren = 0 if items else barren + 1
        is_end = not items and (not set_aside or barren >= MOST_BARREN)
        hint = _END if is_end else _hint(envelope, url, limit)
        if hint is None:
            is_last = len(rows) < longest
            hint = _END if is_last else urlencode({"limit": limit, "page": number + 1})
        longest = max(longest, len(rows))
        yield Page(
            items=tuple(items),
            set_aside=set_aside,
            has_more=hint != _END,
            number=number,
            total=whole_number(envelope.meta.get("total"), low=0, high=10**9),
        )
        if hint == _END:
            return
        query = hint
    raise BadResponse("endless_list")


def _read(
    rows: list[object], parse: Callable[[object], Record], seen: set[str]
) -> tuple[list[Record], int]:
    items: list[Record] = []
    set_aside = 0
    for row in rows:
        try:
            record = parse(row)
        except BadResponse:
            set_aside += 1
            continue
        if record.id not in seen:
            seen.add(record.id)
            items.append(record)
    return items, set_aside


def _hint(envelope: Envelope, url: str, limit: int) -> str | None:
    """Find the next page's query; `_END` when a hint says there is none, None without hints."""
    meta = envelope.meta
    hints: list[str | None] = []
    if "next_page" in meta:
        hints.append(_from_page(meta["next_page"], limit) or _from_link(meta["next_page"], url))
    if "next" in envelope.links:
        hints.append(_from_link(envelope.links["next"], url))
    current = whole_number(meta.get("current_page"), low=1, high=10**9)
    last = whole_number(meta.get("last_page"), low=0, high=10**9)
    if current is not None and last is not None:
        hints.append(_from_page(current + 1, limit) if current < last else _END)
    return next((hint for hint in hints if hint), _END if _END in hints else None)


def _from_page(page: object, limit: int) -> str | None:
    number = whole_number(page, low=1, high=10**9)
    return None if number is None else urlencode({"limit": limit, "page": number})


def _from_link(link: object, url: str) -> str | None:
    """Take the query out of a link to the same list on our own host; null is the end."""
    if link is None:
        return _END
    if not isinstance(link, str) or len(link) > _LONGEST_LINK:
        return None
    try:
        here, there = urlsplit(url), urlsplit(urljoin(url, link))
        # The scheme and port may be those behind a proxy; only the query is used anyway.
        if (there.hostname, there.path) != (here.hostname, here.path):
            return None
        # Written anew, so that it arrives as it is whatever was in it.
        return urlencode(parse_qsl(there.query, max_num_fields=20)) or None
    except ValueError:
        return None
