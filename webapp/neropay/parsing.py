"""Whatever comes back from NeroPay, made into plain values and records, or refused.

Everything in an answer is hostile until it has passed through here. What an envelope means
for a call is decided in `answers`, not here.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from webapp.neropay.errors import BadResponse
from webapp.neropay.models import Account, Category, Customer
from webapp.neropay.texts import clean_code, clean_id, clean_text, whole_number

MESSAGE_LIMIT: Final = 500
CUSTOMER_FIELDS: Final = (
    "id",
    "name",
    "email",
    "phone",
    "address1",
    "city",
    "postcode",
    "created_at",
)
_LONGEST_NUMBER: Final = 64
_MOST_FIELDS: Final = 50
_MOST_MESSAGES: Final = 10


class Unusable:
    """Stands where a value was that cannot be used: NaN, a 5,000-digit number, double keys."""

    def __repr__(self) -> str:
        return "<unusable>"


UNUSABLE: Final = Unusable()


@dataclass(frozen=True, slots=True)
class Envelope:
    """NeroPay's answer, taken apart but not yet judged.

    Attributes:
        is_success: Its `success`.
        data: Its `data`; any JSON value, with `UNUSABLE` where one was.
        has_error: Whether there is an `error` object.
        code: The error's code, or None when there is none that can be logged.
        message: The error's message, cleaned.
        fields: The error's details by field.
        meta: Its `meta`, if it is an object.
        links: Its `links`, if it is an object.
    """

    is_success: bool
    data: object
    has_error: bool
    code: str | None
    message: str
    fields: dict[str, tuple[str, ...]]
    meta: dict[str, object]
    links: dict[str, object]


def read_json(body: bytes) -> object:
    """Read JSON that may have been written by an enemy.

    Bytes that are not UTF-8 become replacement marks, so that one bad name does not hide a
    whole page. Whole numbers of more than 64 digits, NaN, infinities and objects with a key twice
    become `UNUSABLE`, which has the wrong shape wherever it stands.

    Args:
        body: The answer's body, already bounded by the transport.

    Raises:
        BadResponse: It is not JSON, or nested beyond reason.
    """
    try:
        return json.loads(
            body.decode("utf-8-sig", errors="replace"),
            parse_int=_integer,
            parse_float=_float,
            parse_constant=lambda _name: UNUSABLE,
            object_pairs_hook=_object,
        )
    except (ValueError, RecursionError, MemoryError) as error:
        raise BadResponse("unreadable_answer", is_retriable=True) from error


def read_envelope(body: bytes) -> Envelope:
    """Take NeroPay's envelope (documented) apart.

    Raises:
        BadResponse: It is not such an envelope.
    """
    top = read_json(body)
    if not isinstance(top, dict) or not isinstance(top.get("success"), bool):
        raise BadResponse("unreadable_answer", is_retriable=True)
    error = top.get("error")
    told: dict[str, object] = error if isinstance(error, dict) else {}
    meta, links = top.get("meta"), top.get("links")
    return Envelope(
        is_success=top["success"],
        data=top.get("data"),
        has_error=isinstance(error, dict),
        code=clean_code(told.get("code")),
        message=clean_text(told.get("message"), MESSAGE_LIMIT) or "",
        fields=_details(told.get("details")),
        meta=meta if isinstance(meta, dict) else {},
        links=links if isinstance(links, dict) else {},
    )


def flat_record(data: dict[str, object]) -> dict[str, object]:
    """Keep of a record what can be stored as JSON: its texts, cleaned, numbers and nulls.

    NeroPay's records are flat (documented); what is deeper is out of our way.
    """
    kept = {name: value for name, value in data.items() if _is_plain(value)}
    return {
        name: (clean_text(value) or "") if isinstance(value, str) else value
        for name, value in kept.items()
        if clean_code(name)
    }


def customer_from(data: object, *, is_whole: bool = False) -> Customer:
    """Make a customer out of one record of an answer.

    Any field but id and name may be absent or null (documented). An optional field of the
    wrong shape counts as absent.

    Args:
        data: The record, as `send_write` or `read_json` gave it.
        is_whole: It is all that there is: what is absent is empty. Not so where the shape is
            wrong: nobody knows what that field holds.

    Raises:
        BadResponse: It is not an object, or has no usable id and name.
    """
    record = _record(data)
    record_id, name = clean_id(record.get("id")), clean_text(record.get("name"))
    if record_id is None or name is None:
        raise BadResponse("bad_record")
    texts = {
        field: clean_text(record.get(field))
        for field in ("email", "phone", "address1", "city", "postcode")
    }
    created_at = _moment(record.get("created_at"))
    present = {
        field for field in texts if (is_whole or field in record) and _is_text(record.get(field))
    }
    if created_at is not None or record.get("created_at", UNUSABLE) is None:
        present.add("created_at")
    return Customer(
        id=record_id,
        name=name,
        created_at=created_at,
        present=frozenset(present | {"id", "name"}),
        **texts,
    )


def category_from(data: object) -> Category:
    """Make a category out of one record of an answer.

    A missing `sort_order` is 0, a missing `is_active` is true.

    Raises:
        BadResponse: It is not an object, has no usable id and name, or a position or an
            activity that cannot be read.
    """
    record = _record(data)
    record_id, name = clean_id(record.get("id")), clean_text(record.get("name"))
    position, active = record.get("sort_order"), record.get("is_active")
    sort_order = whole_number(0 if position is None else position, low=-(2**31), high=2**31 - 1)
    is_active = whole_number(1 if active is None else active, low=0, high=1)
    if record_id is None or name is None or sort_order is None or is_active is None:
        raise BadResponse("bad_record")
    return Category(id=record_id, name=name, sort_order=sort_order, is_active=bool(is_active))


def account_from(data: object) -> Account:
    """Make the merchant's account out of the answer to GET /account (documented).

    Raises:
        BadResponse: It is not an object, or has no account id.
    """
    record = _record(data)
    account_id = clean_text(record.get("account_id"), 64)
    if account_id is None:
        raise BadResponse("bad_record")
    enabled = whole_number(record.get("neroconnect_enabled"), low=0, high=1)
    return Account(
        account_id=account_id,
        name=clean_text(record.get("name")),
        email=clean_text(record.get("email")),
        country=clean_text(record.get("country")),
        status=clean_text(record.get("status")),
        neroconnect_enabled=None if enabled is None else bool(enabled),
    )


def _record(data: object) -> dict[str, object]:
    if not isinstance(data, dict):
        raise BadResponse("bad_record")
    return data


def _integer(digits: str) -> int | Unusable:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else UNUSABLE


def _float(digits: str) -> float | Unusable:
    number = float(digits)
    return number if math.isfinite(number) else UNUSABLE


def _object(pairs: list[tuple[str, object]]) -> dict[str, object] | Unusable:
    made = dict(pairs)
    return made if len(made) == len(pairs) else UNUSABLE


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _is_text(value: object) -> bool:
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def _details(details: object) -> dict[str, tuple[str, ...]]:
    """Read `details`: field → messages (documented), a single text, null, or nonsense."""
    if not isinstance(details, dict):
        return {}
    fields: dict[str, tuple[str, ...]] = {}
    for name, said in list(details.items())[:_MOST_FIELDS]:
        field = clean_code(name)
        told = said[:_MOST_MESSAGES] if isinstance(said, list) else [said]
        texts = (clean_text(one, MESSAGE_LIMIT) for one in told if isinstance(one, str))
        messages = tuple(text for text in texts if text)
        if field and messages:
            fields[field] = messages
    return fields


def _moment(value: object) -> datetime | None:
    """Read a time such as 2026-04-22T10:00:00Z (documented); without a zone it is UTC."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
