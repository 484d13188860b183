"""What the terms of a search ask of PostgreSQL's trigram indexes, as conditions on rows.

A term is a LIKE pattern, which an index narrows down and the row decides; with a space before it,
it finds beginnings of words. Two letters are no trigram: for them a regular expression asks for
the three-letter words that they begin, which the index knows only of ASCII, so that the few rows
with other characters are looked at one by one, in an index of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from webapp.customers.plans import lookup_part

if TYPE_CHECKING:
    from webapp.customers.plans import Plan

_TRIGRAM = re.compile(r"[^\W_]{3}")
_WORD = re.compile(r"[^\W_]+")
_LONG = 6  # characters of a word whose ends are two trigrams
_PAIR = re.compile(r"[^\W_]{2}")
_ALPHANUMERIC = re.compile(r"[^\W_]")
_ANY_ASCII = r"[ -@\[-~]"  # of folded text: no capital letters, which the index would drop
_ADDRESSES = "c.email_key >= :low AND c.email_key < :high"
_NOT_ASCII = "octet_length(c.search_text) > length(c.search_text)"


def has_index(plan: Plan) -> bool:
    """Whether the indexes of trigrams can narrow a search for these terms down."""
    return bool(_by_pattern(plan) or _by_expression(plan))


def is_email(plan: Plan) -> bool:
    """Whether the one term is an e-mail address so far: its index has the beginnings together."""
    return len(plan.terms) == 1 and lookup_part(plan.terms[0]).endswith("@")


def anywhere(plan: Plan) -> tuple[str, ...]:
    """Give conditions on rows that hold every term; no row fulfils two of them."""
    by_pattern = _by_pattern(plan)
    if by_pattern:
        looked_up = [f"c.search_text LIKE {_value(f'part{n}')}" for n in by_pattern]
        checked = [
            n
            for n, term in enumerate(plan.terms)
            if n not in by_pattern or _part(term) != f"%{_quote(term)}%"
        ]
        return (" AND ".join([*looked_up, *map(_checked, checked)]),)
    every = with_every_term(plan)
    by_expression = _by_expression(plan)
    if by_expression:
        found = " AND ".join(f"c.search_text ~ {_value(f'expression{n}')}" for n in by_expression)
        return f"{found} AND {every}", f"{_NOT_ASCII} AND NOT ({found}) AND {every}"
    if not all(map(str.isascii, plan.terms)):
        return (f"{_NOT_ASCII} AND {every}",)
    return (every,)


def with_every_term(plan: Plan) -> str:
    """Give the condition that every term is there, in a form that asks no index."""
    return " AND ".join(map(_checked, range(len(plan.terms))))


def beginnings(plan: Plan) -> str:
    """Give the condition that every term begins a word, in a form that asks no index of words."""
    if is_email(plan):
        return _ADDRESSES
    return " AND ".join(map(_checked_beginning, range(len(plan.terms))))


def among_words(plan: Plan) -> tuple[str, ...]:
    """Give conditions on rows in which every term begins a word; no row fulfils two of them."""
    if is_email(plan):
        return (_ADDRESSES,)
    looked_up = _by_pattern(plan) or [
        n for n, term in enumerate(plan.terms) if len(term) > 1 and term[0].isalnum()
    ]
    if not looked_up:
        return tuple(f"{condition} AND {beginnings(plan)}" for condition in anywhere(plan))
    found = (f"c.search_text LIKE {_value(f'start{n}')}" for n in looked_up)
    return (" AND ".join((*found, beginnings(plan))),)


def values_of(plan: Plan) -> dict[str, object]:
    """Make the values of all conditions; what the terms themselves hold of patterns is quoted."""
    values: dict[str, object] = {}
    if is_email(plan):
        values = {"low": plan.terms[0], "high": f"{plan.terms[0]}\U0010ffff"}
    for n, term in enumerate(plan.terms):
        values[f"term{n}"] = f"%{_quote(term)}%"
        values[f"part{n}"] = _part(term)
        values[f"begin{n}"] = f"% {_quote(term)}%"
        values[f"start{n}"] = _start(term)
        values[f"expression{n}"] = _expression(lookup_part(term))
    return values


def _by_pattern(plan: Plan) -> list[int]:
    """The terms that a LIKE pattern finds by an index."""
    return [n for n, term in enumerate(plan.terms) if _TRIGRAM.search(lookup_part(term))]


def _by_expression(plan: Plan) -> list[int]:
    """The terms that a regular expression finds by an index, in rows of ASCII."""
    if not all(map(str.isascii, plan.terms)):
        return []
    parts = map(lookup_part, plan.terms)
    return [n for n, part in enumerate(parts) if len(part) > 1 and _ALPHANUMERIC.search(part)]


def _value(name: str) -> str:
    """Name a value so that no plan is made for it alone: making one takes longer than a search."""
    return f"(SELECT CAST(:{name} AS text))"


def _checked_beginning(number: int) -> str:
    return f"(c.search_text || '') LIKE :begin{number}"


def _checked(number: int) -> str:
    # A joined text is in no index. Without a trigram to look up, one would be read as a whole.
    return f"(c.search_text || '') LIKE :term{number}"


def _part(term: str) -> str:
    """Write a LIKE pattern to look a term up by: of a long word, both ends are enough.

    Each trigram costs as many entries of the index as rows hold it; rows are checked anyway.
    """
    part = lookup_part(term)
    longest = max(_WORD.findall(part), key=len, default="")
    if len(longest) < _LONG:
        return f"%{_quote(part)}%"
    return f"%{longest[:3]}%{longest[-3:]}%"


def _start(term: str) -> str:
    """Write a LIKE pattern to look up rows in which a term may begin a word."""
    is_long = len(term) >= _LONG and term[:3].isalnum()
    return f"% {_quote(term[:3] if is_long else term)}%"


def _expression(part: str) -> str:
    """Write a regular expression that has trigrams, with what may stand beside the part."""
    quoted = "".join(c if c.isalnum() else f"\\{c}" for c in part)
    before = "" if _PAIR.search(part) else _ANY_ASCII
    return f"{before}{quoted}{_ANY_ASCII}"


def _quote(term: str) -> str:
    return term.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
