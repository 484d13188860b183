"""Records and envelopes out of anything at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.neropay.servers import JANE
from webapp.neropay import BadResponse, category_from, customer_from
from webapp.neropay.parsing import UNUSABLE, flat_record, read_envelope, read_json
from webapp.neropay.texts import ID_RULE, TEXT_LIMIT, clean_text

FULL = JANE | {
    "phone": "01234567890",
    "address1": None,
    "city": "",
    "created_at": "2026-04-22T10:00:00Z",
    "loyalty": {"points": 5},
}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
FIELDS = (
    "id",
    "name",
    "email",
    "phone",
    "address1",
    "city",
    "postcode",
    "created_at",
    "sort_order",
)


def test_a_full_record() -> None:
    customer = customer_from(FULL)
    assert (customer.id, customer.phone, customer.city) == ("1001", "01234567890", None)
    assert customer.created_at == datetime(2026, 4, 22, 10, 0, tzinfo=UTC)
    assert customer.present == {
        *("id", "name", "email", "phone", "address1", "city", "created_at"),
    }


def test_a_list_row_tells_what_it_does_not_tell() -> None:
    customer = customer_from(JANE)
    assert customer.present == {"id", "name", "email"}
    assert (customer.phone, customer.created_at) == (None, None)


@pytest.mark.parametrize("value", [[], {}, True, 1.5, UNUSABLE])
def test_an_optional_field_of_the_wrong_shape_is_not_told(value: object) -> None:
    customer = customer_from(JANE | {"phone": value, "created_at": value})
    assert customer.present == {"id", "name", "email"}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2026-04-22T10:00:00", datetime(2026, 4, 22, 10, tzinfo=UTC)),
        ("2026-04-22T12:00:00+02:00", datetime(2026, 4, 22, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("2026-04-22T10:00:00Z" * 50, None),
        (1776852000, None),
    ],
)
def test_times(value: object, found: datetime | None) -> None:
    assert customer_from(JANE | {"created_at": value}).created_at == found


@pytest.mark.parametrize("record_id", [None, True, 1.0, "", "a/b", "x" * 65, [1], 10**64, "é"])
def test_ids_that_are_none(record_id: object) -> None:
    with pytest.raises(BadResponse):
        customer_from(JANE | {"id": record_id})


@pytest.mark.parametrize("name", [None, "", " \t\u200b", {}, True])
def test_a_record_needs_a_name(name: object) -> None:
    with pytest.raises(BadResponse):
        customer_from(JANE | {"name": name})


def test_texts_are_bounded_and_cleaned() -> None:
    assert customer_from(JANE | {"name": "x" * 1_000_000}).name == "x" * (TEXT_LIMIT - 1) + "…"
    assert clean_text("a\x00b\ud800c\x1bd\r\ne\u2028f") == "a\ufffdb\ufffdc\ufffdd  e f"
    assert clean_text("\U0001f600 \u202eabc") == "\U0001f600 \u202eabc"
    assert clean_text(7700900123) == "7700900123"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'"success"',
        b"{}",
        b'{"success":1}',
        b'{"success":NaN}',
        b"[" * 100_000,
        b'{"success":true,"data":' + b'{"a":' * 100_000,
        b'{"success":true,"success":true}',
        b'{"success":true} trailing',
        b"\xff\xfe\x00",
    ],
)
def test_envelopes_that_are_none(body: bytes) -> None:
    with pytest.raises(BadResponse):
        read_envelope(body)


@pytest.mark.parametrize(
    "value", ["NaN", "-Infinity", "1" * 5000, "1" * 5000 + ".5", '{"a":1,"a":2}']
)
def test_one_bad_value_spoils_one_record(value: str) -> None:
    body = f'{{"success":true,"data":[{{"id":{value},"name":"x"}},{{"id":2,"name":"y"}}]}}'
    data = read_envelope(body.encode()).data
    assert isinstance(data, list)
    with pytest.raises(BadResponse):
        customer_from(data[0])
    assert customer_from(data[1]).name == "y"


def test_what_a_write_hands_out_is_flat_and_can_be_stored() -> None:
    body = (
        b'{"success":true,"data":{"id":1,"name":"a\\u0000\\ud800","phone":"","city":null,'
        b'"x":{"a":1,"a":2},"y":[1],"z":NaN,"big":1e999,"\\ud800":1,"ok":1.5}}'
    )
    data = read_envelope(body).data
    assert isinstance(data, dict)
    flat = flat_record(data)
    assert flat == {"id": 1, "name": "a\ufffd\ufffd", "phone": "", "city": None, "ok": 1.5}
    json.dumps(flat, allow_nan=False).encode()


def test_bytes_that_are_no_text_spoil_one_name() -> None:
    body = b'\xef\xbb\xbf{"success":true,"data":{"id":1,"name":"Si\xe2n"}}'
    assert customer_from(read_envelope(body).data).name == "Si\ufffdn"


@settings(deadline=None)
@given(st.binary())
def test_any_bytes_are_survived(body: bytes) -> None:
    try:
        read_json(body)
    except BadResponse:
        return


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_any_record_is_made_or_refused(record: dict[str, object]) -> None:
    data = read_json(json.dumps(record).encode())
    try:
        customer = customer_from(data)
    except BadResponse:
        return
    assert ID_RULE.fullmatch(customer.id)
    for text in (customer.name, customer.email, customer.phone, customer.postcode):
        if text is not None:
            assert "\x00" not in text
            assert 0 < len(text.encode()) <= 4 * TEXT_LIMIT  # encode: no lone surrogate is left


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(("id", "name", "sort_order", "is_active")), VALUES))
def test_any_category_is_made_or_refused(record: dict[str, object]) -> None:
    try:
        category = category_from(read_json(json.dumps(record).encode()))
    except BadResponse:
        return
    assert -(2**31) <= category.sort_order < 2**31


@settings(deadline=None)
@given(VALUES, VALUES, VALUES)
def test_any_envelope_is_survived(error: object, details: object, meta: object) -> None:
    told = {"code": error, "message": details, "details": {"name": details, "x": error}}
    body = {"success": False, "error": told, "meta": meta, "links": meta, "data": error}
    envelope = read_envelope(json.dumps(body).encode())
    assert len(envelope.message) <= 500
    assert all(isinstance(one, str) for said in envelope.fields.values() for one in said)
