"""The trail's query as an address has it; what makes no sense there counts as not given."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from flask import request

from webapp.activity.models import Query
from webapp.ui.forms import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 200  # characters of the words to find
_HIGHEST = 2**31 - 1  # number of an entry, id of a person
_PERSON = re.compile(r"[0-9]{1,9}|neropay|nobody")
_KIND = re.compile(r"[a-z_]{1,30}(?:\.[a-z_]{1,30})?")
_RECORD = re.compile(r"(?:(customer|category|person|invitation):)?([A-Za-z0-9_-]{1,64})")


def query_from_request() -> Query:
    """Read the query from the URL."""
    args = request.args
    record = _RECORD.fullmatch(args.get("record", "").strip())
    since, until = _date(args.get("since", "")), _date(args.get("until", ""))
    return Query(
        person=_matching(_PERSON, args.get("person", "")),
        record_type=(record[1] or "") if record else "",
        record_id=record[2] if record else "",
        kind=_matching(_KIND, args.get("kind", "")),
        q=_words(args.get("q", "")),
        since=since,
        until=until,
        before=_number(args.get("before", "")),
        after=_number(args.get("after", "")),
    )


def arguments_of(query: Query) -> dict[str, Any]:
    """Give the URL arguments that stand for a query, without the page."""
    given = {
        "q": query.q,
        "person": query.person,
        "kind": query.kind,
        "record": record_of(query),
        "since": query.since.isoformat() if query.since else "",
        "until": query.until.isoformat() if query.until else "",
    }
    return {name: value for name, value in given.items() if value}


def record_of(query: Query) -> str:
    """Give the record that a query is about, as people may type it."""
    return f"{query.record_type}:{query.record_id}" if query.record_type else query.record_id


def summary_of(arguments: Mapping[str, str]) -> str:
    """Say in the trail itself what was looked for, e.g. "kind=customers, since=2026-04-01"."""
    return ", ".join(f"{name}={value}" for name, value in arguments.items())


def _words(text: str) -> str:
    return clean_text(text).replace("\0", "")[:_LONGEST]


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(_HIGHEST))
    return min(int(text), _HIGHEST) if is_number else None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == len("2026-04-22") else None
    except ValueError:
        return None
