"""Trying again: when, how often, with what, and what is said in the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.neropay.conftest import KEY, SECRET
from tests.neropay.servers import CUT, JANE, RESET, Reply, answer, failure, success
from webapp.neropay import (
    Misconfigured,
    NeroPayError,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    encode_body,
)
from webapp.neropay.signing import sign

if TYPE_CHECKING:
    from tests.neropay.conftest import Connect, Serve, Times
    from tests.neropay.servers import Received

BODY = encode_body({"name": "Siân Ó Briain"})
DOWN = answer(503, b"")
BUSY = failure(429, "rate_limited", "Retry-After: 2")


def test_a_read_is_tried_three_times(serve: Serve, connect: Connect) -> None:
    server = serve(DOWN)
    with pytest.raises(Unavailable):
        connect(server).customers.get("1001")
    assert len(server.received) == 3


@pytest.mark.parametrize("bad", [DOWN, CUT, RESET, BUSY, answer(200, b"<html>")])
def test_a_second_try_may_go_well(serve: Serve, connect: Connect, bad: Reply) -> None:
    client = connect(serve(bad, success(JANE)))
    assert client.customers.get("1001").name == "Jane Customer"
    assert client.calls_made() == 2


def test_a_write_is_tried_again_with_the_same_key_and_bytes_and_a_fresh_signature(
    serve: Serve, connect: Connect, times: Times
) -> None:
    def slow(_request: Received) -> Reply:
        times.ahead += 3.0
        return CUT

    server = serve(slow, DOWN, success(JANE))
    assert connect(server).customers.create(BODY, key=KEY).id == "1001"
    sent = server.received
    assert [(one.method, one.target, one.body) for one in sent] == [
        ("POST", "/v2/customers", BODY)
    ] * 3
    assert {one.headers["idempotency-key"] for one in sent} == {KEY}
    stamps = [int(one.headers["x-neropay-timestamp"]) for one in sent]
    assert stamps[1] - stamps[0] >= 3
    for one, stamp in zip(sent, stamps, strict=True):
        assert one.headers["x-neropay-signature"] == sign(SECRET, stamp, BODY)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX: y", "k" * 65])
def test_a_key_that_is_none_is_not_sent(serve: Serve, connect: Connect, key: str) -> None:
    server = serve(success(JANE))
    with pytest.raises(ValueError, match="not an idempotency key"):
        connect(server).customers.create(BODY, key=key)
    assert server.received == []


def test_reads_carry_no_signature(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE))
    connect(server).customers.get("1001")
    assert not {"x-neropay-signature", "idempotency-key", "content-type"} & {
        *server.received[0].headers
    }


def test_a_connection_that_went_stale_is_no_loss(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE), RESET, success(JANE))
    client = connect(server)
    client.customers.get("1001")
    assert client.customers.create(BODY, key=KEY).id == "1001"
    assert [one.connection for one in server.received] == [1, 1, 2]


@pytest.mark.parametrize(
    "last",
    [
        BUSY,
        failure(429, "rate_limited"),
        failure(401, "authentication_failed"),
        failure(409, "idempotency_conflict"),
        DOWN,
    ],
)
def test_once_unknown_it_stays_so_until_a_clear_answer(
    serve: Serve, connect: Connect, last: Reply
) -> None:
    with pytest.raises(OutcomeUnknown):
        connect(serve(CUT, last)).customers.create(BODY, key=KEY)


def test_unknown_and_then_nobody_there_stays_unknown(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE))

    def last_words(_request: Received) -> Reply:
        threading.Thread(target=server.stop).start()
        return RESET

    server.replies[:] = [last_words]
    with pytest.raises(OutcomeUnknown) as caught:
        connect(server).customers.create(BODY, key=KEY)
    assert caught.value.code == "connection_lost"


def test_a_clear_no_after_an_unknown_says_so(serve: Serve, connect: Connect) -> None:
    client = connect(serve(CUT, failure(404, "resource_not_found")))
    with pytest.raises(NotFound) as caught:
        client.categories.delete("20", key=KEY)
    assert caught.value.is_after_unknown


def test_a_long_wait_is_handed_on(serve: Serve, connect: Connect, times: Times) -> None:
    server = serve(failure(429, "rate_limited", "Retry-After: 8"))
    with pytest.raises(RateLimited) as caught:
        connect(server).customers.create(BODY, key=KEY)
    assert (caught.value.after, len(server.received), times.slept) == (8.0, 1, [])


def test_a_short_wait_is_kept(serve: Serve, connect: Connect, times: Times) -> None:
    connect(serve(BUSY, success(JANE))).customers.create(BODY, key=KEY)
    assert len(times.slept) == 1
    assert 2.0 <= times.slept[0] < 5.0


def test_no_wait_beyond_the_budget(serve: Serve, connect: Connect, times: Times) -> None:
    server = serve(BUSY)
    with pytest.raises(RateLimited):
        connect(server).customers.get("1001", budget=1.5)
    assert (len(server.received), times.slept) == (1, [])


@pytest.mark.parametrize("code", ["authentication_failed", "invalid_signature"])
def test_our_own_faults_are_not_repeated(serve: Serve, connect: Connect, code: str) -> None:
    server = serve(failure(401, code))
    with pytest.raises(Misconfigured):
        connect(server).customers.create(BODY, key=KEY)
    assert len(server.received) == 1


def test_while_it_fails_all_calls_stay_within_a_tenth_more(
    serve: Serve, connect: Connect, times: Times
) -> None:
    server = serve(DOWN)
    client = connect(server)
    for _ in range(40):
        times.ahead += 11.0  # so far apart that the breaker stays shut
        with pytest.raises(NeroPayError):
            client.customers.get("1001")
    assert not client.health.is_open
    assert 40 < len(server.received) <= 44


def test_the_breaker_opens_probes_and_closes(serve: Serve, connect: Connect, times: Times) -> None:
    server = serve(*[DOWN] * 6, success(JANE))
    client = connect(server)
    for _ in range(9):
        with pytest.raises(Unavailable) as caught:
            client.customers.get("1001")
    assert len(server.received) == 5
    assert caught.value.code == "breaker_open"
    assert client.health.is_open
    since = client.health.since
    assert since is not None
    assert since.utcoffset() is not None
    times.ahead += 5.0
    with pytest.raises(Unavailable):
        client.customers.get("1001")  # the probe, and no second try
    with pytest.raises(Unavailable):
        client.customers.get("1001")
    assert len(server.received) == 6
    assert client.health.since == since
    times.ahead += 5.0
    client.customers.get("1001")
    client.customers.get("1001")
    assert client.health.since is None


def test_no_second_try_once_the_breaker_is_open(
    serve: Serve, connect: Connect, times: Times
) -> None:
    server = serve(*[answer(503, b"", "Retry-After: 60")] * 4, DOWN)
    client = connect(server)
    for _ in range(5):
        with pytest.raises(Unavailable) as caught:
            client.customers.get("1001")
    assert (caught.value.code, len(server.received), times.slept) == ("http_503", 5, [])


def test_refusals_do_not_open_the_breaker(serve: Serve, connect: Connect) -> None:
    client = connect(serve(failure(404, "resource_not_found")))
    for _ in range(12):
        with pytest.raises(NotFound):
            client.customers.get("1001")
    assert not client.health.is_open


def test_one_call_too_many_is_refused_at_once(serve: Serve, connect: Connect) -> None:
    is_inside, may_go = threading.Event(), threading.Event()

    def hold(_request: Received) -> Reply:
        is_inside.set()
        may_go.wait(5)
        return success(JANE)

    server = serve(hold)
    client = connect(server, max_concurrent=1)
    thread = threading.Thread(target=client.customers.get, args=("1001",))
    thread.start()
    assert is_inside.wait(5)
    with pytest.raises(Unavailable) as caught:
        client.customers.create(BODY, key=KEY)
    may_go.set()
    thread.join(5)
    assert (caught.value.code, len(server.received)) == ("bulkhead_full", 1)
    assert client.customers.get("1001").id == "1001"
