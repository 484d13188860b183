"""Which answer becomes which error: NeroPay's code first, the status second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.neropay.conftest import KEY
from tests.neropay.servers import JANE, Reply, answer, failure, raw, success
from webapp.neropay import (
    BadResponse,
    IdempotencyConflict,
    Invalid,
    Misconfigured,
    NeroPayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unavailable,
    encode_body,
)

if TYPE_CHECKING:
    from tests.neropay.conftest import Connect, Serve

BODY = encode_body({"name": "Jane Customer"})
HTML = b"<!doctype html><title>Bad gateway</title>"


def outcome(client_call: object) -> type[NeroPayError]:
    with pytest.raises(NeroPayError) as caught:
        client_call()  # type: ignore[operator]  # a bound call
    return type(caught.value)


@pytest.mark.parametrize("status", [200, 401, 404, 422, 409, 500, 503, 418])
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("authentication_failed", Misconfigured),
        ("invalid_signature", Misconfigured),
        ("account_not_found", Misconfigured),
        ("validation_failed", Invalid),
        ("resource_not_found", NotFound),
        ("idempotency_conflict", IdempotencyConflict),
    ],
)
def test_documented_codes_hold_with_any_status(
    serve: Serve, connect: Connect, status: int, code: str, kind: type[NeroPayError]
) -> None:
    server = serve(failure(status, code))
    client = connect(server)
    assert outcome(lambda: client.customers.update("1", BODY, key=KEY)) is kind
    assert outcome(lambda: client.customers.get("1")) is kind
    assert len(server.received) == 2, "none of these is worth another try"


@pytest.mark.parametrize("status", [400, 402, 403, 404, 405, 409, 410, 413, 422, 501])
@pytest.mark.parametrize("body", [HTML, b'{"success":false,"error":{"code":"not_enabled"}}'])
def test_what_is_not_allowed_here(serve: Serve, connect: Connect, status: int, body: bytes) -> None:
    client = connect(serve(answer(status, body)))
    assert outcome(lambda: client.customers.update("1", BODY, key=KEY)) is Refused
    assert outcome(lambda: client.customers.get("1")) is Refused
    assert outcome(lambda: client.categories.delete("1", key=KEY)) is Refused


@pytest.mark.parametrize(
    "reply",
    [
        *(answer(status, HTML) for status in (200, 201, 202, 206, 300, 304, 408, 425, 500, 502)),
        *(answer(status, {"success": True, "data": JANE}) for status in (302, 400, 409, 422, 503)),
        answer(503, {"success": False, "error": {"code": "down"}}),
        answer(200, b""),
        answer(204, b""),
        answer(200, {"success": False}),
        answer(200, {"success": "true", "data": JANE}),
        answer(200, b'{"success":true,"success":false,"data":{}}'),
        success(None),
        success([JANE]),
        success("Jane"),
        success({"id": 1002, "name": "Somebody else"}),
        Reply((b"HTTP/1.1 103 Early Hints\r\n\r\n", raw(200, HTML))),
    ],
)
def test_writes_without_a_clear_answer_are_unknown(
    serve: Serve, connect: Connect, reply: Reply
) -> None:
    client = connect(serve(reply))
    assert outcome(lambda: client.customers.update("1001", BODY, key=KEY)) is OutcomeUnknown
    read = outcome(lambda: client.customers.get("1001"))
    assert read in {BadResponse, Unavailable}


def test_a_create_whose_record_cannot_be_read_is_unknown(serve: Serve, connect: Connect) -> None:
    client = connect(serve(success({"id": None, "name": ["x"]})))
    assert outcome(lambda: client.customers.create(BODY, key=KEY)) is OutcomeUnknown
    assert client.send_write("POST", "/customers", BODY, key=KEY) == {"id": None}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_read_from_a_broken_server(serve: Serve, connect: Connect, status: int) -> None:
    client = connect(serve(answer(status, HTML)))
    with pytest.raises(Unavailable) as caught:
        client.account.get()
    assert (caught.value.code, caught.value.status) == (f"http_{status}", status)


@pytest.mark.parametrize("reply", [answer(204, b""), success(None), success([]), success(JANE)])
def test_a_delete_may_answer_with_nothing(serve: Serve, connect: Connect, reply: Reply) -> None:
    server = serve(reply)
    assert connect(server).send_write("DELETE", "/categories/20", b"", key=KEY) is None
    assert server.received[0].body == b""
    assert server.received[0].headers["content-length"] == "0"


def test_fields_message_and_reference_are_kept_and_cleaned(serve: Serve, connect: Connect) -> None:
    details = {"name": ["Required.", 5, "Too\x00 long."], "email": "Bad.", "x y": ["?"], "z": None}
    told = {"message": "No\r\nGET / \ud800" + "x" * 9999, "details": details}
    reply = failure(422, "validation_failed", "X-Request-Id: abc-1", **told)
    with pytest.raises(Invalid) as caught:
        connect(serve(reply)).customers.create(BODY, key=KEY)
    error = caught.value
    assert dict(error.fields) == {"name": ("Required.", "Too\ufffd long."), "email": ("Bad.",)}
    assert error.message.startswith("No  GET / \ufffdxxx")
    assert len(error.message) == 500
    assert (error.reference, error.status, str(error)) == ("abc-1", 422, "validation_failed (422)")


@pytest.mark.parametrize("code", ["a b", "x\ny", "", None, 5, {}, "x" * 65])
def test_a_code_that_cannot_be_logged_is_replaced(
    serve: Serve, connect: Connect, code: object
) -> None:
    client = connect(serve(answer(403, {"success": False, "error": {"code": code}})))
    with pytest.raises(Refused) as caught:
        client.account.get()
    assert caught.value.code == "http_403"


def test_401_and_429_without_a_known_code(serve: Serve, connect: Connect) -> None:
    client = connect(serve(answer(401, HTML), answer(429, HTML, "Retry-After: 90")))
    assert outcome(client.account.get) is Misconfigured
    with pytest.raises(RateLimited) as caught:
        client.customers.create(BODY, key=KEY)
    assert caught.value.after == 90.0


def test_a_422_with_fields_and_no_code_names_the_fields(serve: Serve, connect: Connect) -> None:
    told = {"success": False, "error": {"message": "No.", "details": {"email": ["Bad."]}}}
    with pytest.raises(Invalid) as caught:
        connect(serve(answer(422, told))).customers.update("1", BODY, key=KEY)
    assert caught.value.fields["email"] == ("Bad.",)


def test_the_account(serve: Serve, connect: Connect) -> None:
    data = {"account_id": "NP64_1", "name": "Shop", "country": "GB", "neroconnect_enabled": False}
    server = serve(success(data))
    account = connect(server, account="NP6454f52b_6165").account.get()
    assert (account.account_id, account.name, account.email) == ("NP64_1", "Shop", None)
    assert account.neroconnect_enabled is False
    assert server.received[0].headers["neropay-account"] == "NP6454f52b_6165"
