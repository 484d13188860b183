"""Who may call: bearer key, account, signature, timestamp."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.calls import code_of, data_of
from webapp.sandbox.checks import sign

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from tests.sandbox.conftest import Clock
    from webapp.sandbox.testing import Sandbox

VECTORS = json.loads(
    (Path(__file__).parents[1] / "contract" / "signature-vectors.json").read_text()
)
JANE = {"name": "Jane Customer"}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["case"]))
def test_sign_agrees_with_the_vectors(vector: dict[str, str]) -> None:
    body = vector["body_utf8"].encode()
    assert sign(vector["secret"], vector["timestamp"], body) == vector["signature"]


@pytest.mark.parametrize(
    "authorization", ["", "Bearer ", "Bearer wrong", "Basic {key}", "bearer{key}", "Bearer {key}x"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_key_is_refused(caller: Caller, method: str, authorization: str) -> None:
    given = authorization.format(key=caller.sandbox.secret_key)
    response = caller.write(method, "/customers", JANE, Authorization=given)
    assert (response.status_code, code_of(response)) == (401, "authentication_failed")
    assert caller.sandbox.ledger() == []


def test_a_missing_key_is_refused(caller: Caller) -> None:
    response = caller.send("GET", "/account", headers={"Authorization": None})
    assert code_of(response) == "authentication_failed"


def test_reads_need_no_signature(caller: Caller) -> None:
    assert data_of(caller.get("/customers")) == []


def test_our_own_account_may_be_named(caller: Caller) -> None:
    account_id = caller.sandbox.account_id
    assert account_id is not None
    account = data_of(caller.get("/account", **{"NeroPay-Account": account_id}))
    assert account["account_id"] == account_id
    assert set(account) == {
        "account_id",
        "name",
        "email",
        "country",
        "status",
        "neroconnect_enabled",
    }


def test_another_account_is_not_found(caller: Caller) -> None:
    response = caller.get("/account", **{"NeroPay-Account": "NPaaaa_99999"})
    assert (response.status_code, code_of(response)) == (404, "account_not_found")


@pytest.mark.parametrize(
    "headers",
    [
        {"X-NeroPay-Signature": None},
        {"X-NeroPay-Signature": "0" * 64},
        {"X-NeroPay-Timestamp": None},
        {"X-NeroPay-Timestamp": "soon"},
        {"X-NeroPay-Timestamp": "-1"},
        {"X-NeroPay-Timestamp": "9" * 400},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/customers"), ("PATCH", "/customers/1001"), ("DELETE", "/categories/31")],
)
def test_an_unsigned_write_is_refused(
    caller: Caller, method: str, path: str, headers: dict[str, Any]
) -> None:
    caller.sandbox.seed(customers=1)
    response = caller.write(method, path, JANE, **headers)
    assert (response.status_code, code_of(response)) == (401, "invalid_signature")
    assert caller.sandbox.ledger() == []


def test_the_signature_covers_the_raw_bytes(caller: Caller) -> None:
    signed = caller.sign(b'{"name": "Jane"}') | {"Idempotency-Key": "k"}
    same_json_other_bytes = caller.send("POST", "/customers", b'{"name":"Jane"}', signed)
    assert code_of(same_json_other_bytes) == "invalid_signature"
    assert caller.send("POST", "/customers", b'{"name": "Jane"}', signed).status_code == 201


def test_the_signature_is_lower_case_hex(caller: Caller) -> None:
    signature = caller.sign(json.dumps(JANE).encode())["X-NeroPay-Signature"]
    assert signature is not None
    response = caller.post("/customers", JANE, **{"X-NeroPay-Signature": signature.upper()})
    assert code_of(response) == "invalid_signature"


@pytest.mark.parametrize(
    ("off", "accepted"), [(-290, True), (290, True), (-310, False), (310, False)]
)
def test_the_timestamp_may_be_300_seconds_off(
    caller: Caller, clock: Clock, off: float, *, accepted: bool
) -> None:
    response = caller.post("/customers", JANE, at=clock() + off)
    assert (response.status_code == 201) is accepted
    assert accepted or code_of(response) == "invalid_signature"


def test_the_date_header_follows_the_clock(sandbox: Sandbox, caller: Caller, clock: Clock) -> None:
    clock.ahead = 86_400 * 365
    first = caller.get("/account").headers["Date"]
    clock.ahead = 0
    assert first[12:16] == str(int(caller.get("/account").headers["Date"][12:16]) + 1)
