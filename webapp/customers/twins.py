"""Customers that may be the same person as one being typed. A hint, never a hindrance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.customers.keys import fold, phone_key
from webapp.customers.models import Twin, UnderWay
from webapp.customers.rows import COLUMNS, statement, to_customer
from webapp.extensions import db
from webapp.writes.waiting import list_creating

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webapp.customers.rows import AnyRow

_SHORTEST_NUMBER = 7  # digits under which a number is still being typed
_SHORTEST_NAME = 4
_BRITISH_MOBILE = "447"
_MOST = 200  # namesakes that are looked at, for one with the same postcode
_STRENGTH = ("same_email", "same_mobile", "same_phone", "same_name_postcode", "same_name")
_FIND = (
    f"SELECT {COLUMNS}, c.email_key, c.phone_key FROM customers c"  # noqa: S608 - constants
    " WHERE {column} = :key ORDER BY c.pk LIMIT :limit"
)
_COLUMNS = ("email_key", "phone_key", "name_key")


def find_twins(values: Mapping[str, str | None], *, limit: int = 5) -> tuple[Twin, ...]:
    """Find customers that share an e-mail, a phone or a name with what is being typed.

    Args:
        values: Fields as typed, by their names in NeroPay; others may be absent.
        limit: Twins at most.

    Returns:
        The likeliest first; each with its reasons, the strongest first.
    """
    keys = _keys(values)
    postcode = _postcode(values.get("postcode"))
    found: dict[str, tuple[AnyRow, tuple[str, ...]]] = {}
    with db.read() as connection:
        for column in _COLUMNS:
            if keys[column]:
                sql = statement(_FIND.format(column=f"c.{column}"))
                bound: dict[str, object] = {"key": keys[column], "limit": _MOST}
                for row in connection.execute(sql, bound):
                    if row.id not in found:
                        theirs = {column: getattr(row, column) for column in _COLUMNS}
                        reasons = _reasons(theirs, _postcode(row.postcode), keys, postcode)
                        found[row.id] = (row, reasons)
    likeliest = sorted(found.values(), key=lambda pair: _rank(pair[1]))
    return tuple(Twin(to_customer(row), reasons) for row, reasons in likeliest[:limit])


def find_under_way(
    values: Mapping[str, str | None], *, but: str | None = None
) -> tuple[UnderWay, ...]:
    """Find new customers that NeroPay has not confirmed and that may be the one being typed.

    Args:
        values: As for `find_twins`.
        but: The id of the form's own write, which is not its own twin.

    Returns:
        The likeliest first.
    """
    keys, postcode = _keys(values), _postcode(values.get("postcode"))
    if not any(keys.values()):  # an empty form is like nobody
        return ()
    found = []
    for one in list_creating("customer"):
        theirs = _keys(one.values)
        reasons = _reasons(theirs, _postcode(one.values.get("postcode")), keys, postcode)
        if reasons and one.line.intent_id != but:
            found.append(UnderWay(one.line, reasons))
    return tuple(sorted(found, key=lambda one: _rank(one.reasons)))


def _rank(reasons: tuple[str, ...]) -> list[int]:
    """Sort by the strongest reason; of two with the same, the one with more comes first."""
    return [*map(_STRENGTH.index, reasons), len(_STRENGTH)]


def _keys(values: Mapping[str, str | None]) -> dict[str, str]:
    email, phone, name = (fold(values.get(field) or "") for field in ("email", "phone", "name"))
    number = phone_key(phone)
    return {
        "email_key": email if "@" in email else "",
        "phone_key": number if len(number) >= _SHORTEST_NUMBER else "",
        "name_key": name if len(name) >= _SHORTEST_NAME else "",
    }


def _reasons(
    theirs: Mapping[str, str], their_postcode: str, keys: Mapping[str, str], postcode: str
) -> tuple[str, ...]:
    reasons = []
    if keys["email_key"] and keys["email_key"] == theirs["email_key"]:
        reasons.append("same_email")
    if keys["phone_key"] and keys["phone_key"] == theirs["phone_key"]:
        is_mobile = keys["phone_key"].startswith(_BRITISH_MOBILE)
        reasons.append("same_mobile" if is_mobile else "same_phone")
    if keys["name_key"] and keys["name_key"] == theirs["name_key"]:
        is_near = bool(postcode) and postcode == their_postcode
        reasons.append("same_name_postcode" if is_near else "same_name")
    return tuple(reasons)


def _postcode(text: str | None) -> str:
    return fold(text or "").replace(" ", "")
