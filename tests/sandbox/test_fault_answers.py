"""Faults that spoil what is said: statuses, forms, contradictions, hostile content."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.calls import code_of, data_of

if TYPE_CHECKING:
    from tests.sandbox.calls import Caller
    from tests.sandbox.conftest import Clock
    from webapp.sandbox.testing import Sandbox

JANE = {"name": "Jane Customer"}
CANNED: list[dict[str, Any]] = [
    {"action": "status", "status": 500},
    {"action": "html"},
    {"action": "broken"},
    {"action": "empty"},
    {"action": "shape", "data": "text"},
    {"action": "contradict"},
    {"action": "redirect"},
    {"action": "huge", "bytes": 1000},
    {"action": "gzip_bomb", "bytes": 1_000_000},
]


@pytest.mark.parametrize("spec", CANNED, ids=lambda spec: str(spec["action"]))
@pytest.mark.parametrize("effect", [False, True])
def test_a_canned_answer_has_an_effect_or_none(
    sandbox: Sandbox, caller: Caller, spec: dict[str, Any], *, effect: bool
) -> None:
    sandbox.fault(**spec, effect=effect)
    spoiled = caller.post("/customers", JANE, key="k1")
    honest = caller.post("/customers", JANE, key="k1")
    assert (spoiled.status_code, spoiled.content) != (honest.status_code, honest.content)
    assert [entry["replayed"] for entry in sandbox.requests()] == [False, effect]
    assert len(sandbox.ledger()) == 1


def test_a_status_with_everything(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(
        action="status",
        status=429,
        code="slow_down",
        message="Too fast.",
        details={"name": ["No."]},
        retry_after="Wed, 21 Oct 2026 07:28:00 GMT",
        content_type="text/plain",
        headers={"X-Request-Id": "r1"},
    )
    response = caller.get("/account")
    assert (response.status_code, code_of(response)) == (429, "slow_down")
    assert response.json()["error"] == {
        "code": "slow_down",
        "message": "Too fast.",
        "details": {"name": ["No."]},
    }
    assert response.headers["Retry-After"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    assert response.headers["Content-Type"] == "text/plain"
    assert response.headers["X-Request-Id"] == "r1"


def test_html(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="html", status=502, body="<h1>Bad gateway</h1>")
    response = caller.get("/account")
    assert (response.status_code, response.text) == (502, "<h1>Bad gateway</h1>")
    assert response.headers["Content-Type"].startswith("text/html")


def test_broken_json_and_nothing_at_all(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.faults([{"action": "broken"}, {"action": "broken", "body": "}{"}, {"action": "empty"}])
    broken, chosen, empty = (caller.get("/account") for _ in range(3))
    with pytest.raises(ValueError, match="Expecting"):
        broken.json()
    assert (chosen.status_code, chosen.text) == (200, "}{")
    assert (empty.status_code, empty.content) == (200, b"")


@pytest.mark.parametrize("data", [None, 5, "text", [1, 2], {"rows": []}])
def test_a_wrong_shape(sandbox: Sandbox, caller: Caller, data: object) -> None:
    sandbox.fault(action="shape", data=data)
    assert data_of(caller.get("/customers")) == data


def test_contradictions(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="contradict", status=422, effect=True)
    success = caller.post("/customers", JANE)
    assert (success.status_code, success.json()["success"]) == (422, True)
    assert success.json()["data"]["name"] == "Jane Customer"
    sandbox.fault(action="contradict", status=200, code="resource_not_found")
    failure = caller.get("/account")
    assert (failure.status_code, code_of(failure)) == (200, "resource_not_found")


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_redirect(sandbox: Sandbox, caller: Caller, status: int) -> None:
    sandbox.fault(action="redirect", status=status, location="http://127.0.0.1:9/steal")
    response = caller.post("/customers", JANE)
    assert (response.status_code, response.headers["Location"]) == (
        status,
        "http://127.0.0.1:9/steal",
    )


@pytest.mark.parametrize("declare", [True, False])
def test_a_huge_body(sandbox: Sandbox, caller: Caller, *, declare: bool) -> None:
    sandbox.fault(action="huge", bytes=300_000, declare=declare)
    response = caller.get("/customers")
    assert len(response.content) == 300_000
    assert data_of(response) == []
    assert ("Content-Length" in response.headers) is declare


def test_a_gzip_bomb(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.fault(action="gzip_bomb", bytes=3_000_000)
    caller.session.headers["Accept-Encoding"] = "identity"
    request = caller.session.get(
        sandbox.url + "/customers", stream=True, headers={"Authorization": "x"}, timeout=20
    )
    packed = request.raw.read()
    assert request.headers["Content-Encoding"] == "gzip"
    assert len(packed) < 10_000
    assert json.loads(gzip.decompress(packed))["data"] == []
    assert len(gzip.decompress(packed)) > 3_000_000


def test_a_wrong_date(sandbox: Sandbox, caller: Caller, clock: Clock) -> None:
    clock.ahead = -clock() + 1_776_852_000
    sandbox.fault(action="date", offset=-600)
    assert caller.get("/account").headers["Date"].endswith("09:50:00 GMT")
    assert caller.get("/account").headers["Date"].endswith("10:00:00 GMT")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("markup", b"<script>"),
        ("rtl", b"\\u202e"),
        ("control", b"\\u0000"),
        ("surrogate", b"\\ud83d of"),
        ("long", b"x" * 1_000_000),
        ("digits", b'"id":' + b"1" * 5000),
        ("nested", b'"address1":' + b"[" * 100_000),
        ("nan", b'"id":NaN'),
        ("duplicate", b'"name":"First","name":"Second"'),
    ],
)
def test_hostile_content_in_one_record(
    sandbox: Sandbox, caller: Caller, kind: str, expected: bytes
) -> None:
    sandbox.seed(customers=3)
    sandbox.fault(action="hostile", kind=kind, record=1002)
    spoiled = caller.get("/customers").content
    assert spoiled.count(expected) == (
        6 if kind in ("markup", "rtl", "control", "surrogate", "long") else 1
    )
    assert b'{"id":1001,' in spoiled
    assert expected not in caller.get("/customers").content


def test_hostile_content_of_ones_own(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=2)
    sandbox.fault(action="hostile", set={"id": "../account", "extra": [1]}, raw={"name": "1e999"})
    for row in json.loads(caller.get("/customers").content, parse_float=str)["data"]:
        assert (row["id"], row["extra"], row["name"]) == ("../account", [1], "1e999")
    sandbox.fault(action="hostile", set={"id": 2**63})
    assert data_of(caller.get("/customers/1001"))["id"] == 2**63


def test_pages_that_repeat_loop_or_end(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.seed(customers=30)

    def first_ids(count: int) -> list[int]:
        pages = [data_of(caller.get(f"/customers?limit=10&page={n + 1}")) for n in range(count)]
        return [page[0]["id"] if page else 0 for page in pages]

    sandbox.fault(action="page", serve=1, times=3)
    assert first_ids(3) == [1001, 1001, 1001]
    sandbox.fault(action="page", loop=2, times=4)
    assert first_ids(4) == [1001, 1011, 1001, 1011]
    sandbox.fault(action="page", serve=99)
    assert first_ids(2) == [0, 1011]
    sandbox.fault(action="page", shift=-3, times=3)
    assert first_ids(3) == [1001, 1008, 1018]
    sandbox.fault(action="page", shift=2, times=2)
    assert first_ids(2) == [1001, 1013]
