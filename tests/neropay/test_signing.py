"""The signature, against vectors that were made with two other implementations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from webapp.neropay import encode_body
from webapp.neropay.signing import sign, write_headers

VECTORS = json.loads((Path(__file__).parents[1] / "contract/signature-vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["case"])
def test_the_vectors(vector: dict[str, str]) -> None:
    made = sign(vector["secret"], int(vector["timestamp"]), vector["body_utf8"].encode())
    assert made == vector["signature"]


@pytest.mark.parametrize(
    "vector",
    [vector for vector in VECTORS if vector["body_utf8"] and "escaped" not in vector["case"]],
    ids=lambda vector: vector["case"],
)
def test_bodies_are_the_vectors_bytes(vector: dict[str, str]) -> None:
    assert encode_body(json.loads(vector["body_utf8"])) == vector["body_utf8"].encode()


def test_the_headers_carry_one_timestamp_and_the_key() -> None:
    headers = write_headers("secret", 1776852000, b"{}", "k1")
    assert headers["X-NeroPay-Timestamp"] == "1776852000"
    assert headers["X-NeroPay-Signature"] == sign("secret", 1776852000, b"{}")
    assert headers["Idempotency-Key"] == "k1"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_is_not_json_is_not_sent(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        encode_body({"name": value})
