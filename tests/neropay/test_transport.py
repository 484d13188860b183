"""Deadlines, bounds and what is never done, against servers that misbehave on the wire."""

from __future__ import annotations

import gzip
import threading
from typing import TYPE_CHECKING

import pytest

from tests.neropay.conftest import KEY, SECRET
from tests.neropay.servers import CUT, JANE, RESET, Reply, answer, noting_the_end, raw, success
from webapp.neropay import BadResponse, NeroPay, NotFound, OutcomeUnknown, Unavailable, encode_body
from webapp.neropay.transport import Transport
from webapp.neropay.wire import IDLE_LIMIT, Watched, Wire

if TYPE_CHECKING:
    from tests.neropay.conftest import Connect, Serve

BODY = encode_body({"name": "Jane Customer"})
WHOLE = raw(200, b'{"success":true,"data":{"id":1001,"name":"Jane"}}')
# Long enough that a client without a deadline would come to the end of it.
HEAD_DRIP = (*(WHOLE[i : i + 1] for i in range(40)), WHOLE[40:])
BODY_DRIP = (WHOLE[:-40], *(WHOLE[i : i + 1] for i in range(-40, -1)), b"}")
ENDLESS_100 = (*[b"HTTP/1.1 100 Continue\r\n\r\n"] * 40, WHOLE)
SILENCE = (*[b""] * 40, WHOLE)


@pytest.mark.parametrize("chunks", [HEAD_DRIP, BODY_DRIP, ENDLESS_100, SILENCE])
def test_the_deadline_holds_for_reads(
    serve: Serve, connect: Connect, chunks: tuple[bytes, ...]
) -> None:
    is_over = threading.Event()
    client = connect(serve(Reply(noting_the_end(chunks, is_over), pause=0.05)))
    with pytest.raises(Unavailable) as caught:
        client.customers.get("1001", budget=0.3)
    assert caught.value.code == "timed_out"
    assert not is_over.is_set()


@pytest.mark.parametrize("chunks", [HEAD_DRIP, BODY_DRIP, SILENCE])
def test_a_write_past_its_deadline_is_unknown(
    serve: Serve, connect: Connect, chunks: tuple[bytes, ...]
) -> None:
    server = serve(Reply(chunks, pause=0.05))
    with pytest.raises(OutcomeUnknown) as caught:
        connect(server).customers.create(BODY, key=KEY, budget=0.3)
    assert caught.value.code == "timed_out"
    assert len(server.received) == 1


def test_the_deadline_holds_on_a_used_connection(serve: Serve, connect: Connect) -> None:
    is_over = threading.Event()
    drip = Reply(noting_the_end(HEAD_DRIP, is_over), pause=0.05)
    client = connect(serve(success(JANE), drip))
    client.customers.get("1001")
    with pytest.raises(Unavailable):
        client.customers.get("1001", budget=0.3)
    assert not is_over.is_set()


def test_an_answer_without_length_is_cut_at_the_deadline(serve: Serve, connect: Connect) -> None:
    head, body = b"HTTP/1.1 200 OK\r\n\r\n", WHOLE[-49:]
    drip = Reply((head, *(body[i : i + 1] for i in range(49))), pause=0.05, ending="close")
    with pytest.raises(Unavailable) as caught:
        connect(serve(drip)).customers.get("1001", budget=0.3)
    assert caught.value.code == "timed_out"


def test_a_late_answer_is_not_taken_for_the_next_one(serve: Serve, connect: Connect) -> None:
    late = Reply((b"", raw(200, b'{"success":true,"data":{"id":7,"name":"Late"}}')), pause=0.5)
    client = connect(serve(late, success(JANE)))
    with pytest.raises(Unavailable):
        client.customers.get("7", budget=0.2)
    assert client.customers.get("1001").name == "Jane Customer"


def test_a_big_answer_is_cut_off(serve: Serve, connect: Connect) -> None:
    big = raw(200, b" " * 6_000_000)
    server = serve(Reply((big,)))
    with pytest.raises(BadResponse) as caught:
        connect(server).customers.get("1001")
    assert caught.value.code == "answer_too_large"
    assert len(server.received) == 1, "asking again would bring the same"
    with pytest.raises(OutcomeUnknown):
        connect(server).customers.create(BODY, key=KEY)


def test_nothing_is_unpacked(serve: Serve, connect: Connect) -> None:
    packed = gzip.compress(b'{"success":true,"data":{"id":1001,"name":"Jane"}}')
    server = serve(answer(200, packed, "Content-Encoding: gzip"))
    with pytest.raises(BadResponse):
        connect(server).customers.get("1001")
    assert server.received[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(serve: Serve, connect: Connect, status: int) -> None:
    other = serve(success(JANE))
    server = serve(answer(status, b"", f"Location: {other.base_url}/customers"))
    with pytest.raises(OutcomeUnknown) as caught:
        connect(server).customers.create(BODY, key=KEY)
    assert caught.value.code == "redirected"
    assert other.received == []


def test_the_body_of_a_redirect_is_bounded_too(serve: Serve, connect: Connect) -> None:
    server = serve(Reply((raw(307, b" " * 6_000_000, "Location: /v2/account"),)))
    with pytest.raises(OutcomeUnknown) as caught:
        connect(server).customers.create(BODY, key=KEY)
    assert caught.value.code == "answer_too_large"


def test_cookies_are_neither_kept_nor_sent(serve: Serve) -> None:
    server = serve(success(JANE, "Set-Cookie: a=b; Path=/"))
    transport = Transport(server.base_url)
    for _ in range(2):
        transport.send("GET", "/account", {}, b"", seconds=5.0)
    assert "cookie" not in server.received[1].headers
    assert len(server.received) == 2
    transport.close()


@pytest.mark.parametrize("path", ["/customers/../account", "/customers/%2e%2e", "/a b", "@evil"])
def test_a_path_that_would_change_on_its_way_is_not_sent(serve: Serve, path: str) -> None:
    server = serve(success(JANE))
    with pytest.raises(ValueError, match="on its way"):
        Transport(server.base_url).send("GET", path, {}, b"", seconds=5.0)
    assert server.received == []


def test_a_connection_that_idled_for_long_is_not_used_again(serve: Serve) -> None:
    server = serve(success(JANE))
    connection = Watched("127.0.0.1", server.port)
    for waited in (0.0, IDLE_LIMIT - 5.0, IDLE_LIMIT + 5.0):
        if connection._used_at is not None:
            connection._used_at -= waited
        with Wire(5.0):
            connection.request("GET", "/v2/account")
            connection.getresponse().read()
    connection.close()
    assert [one.connection for one in server.received] == [1, 1, 2]


def test_proxies_and_netrc_of_the_environment_are_ignored(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(success(JANE)), serve(success(JANE))
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    connect(server).customers.get("1001")
    assert proxy.received == []
    assert server.received[0].headers["authorization"] == f"Bearer {SECRET}"


def test_one_connection_serves_many_calls(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE))
    client = connect(server)
    for _ in range(3):
        client.customers.get("1001")
    assert {received.connection for received in server.received} == {1}


def test_each_thread_has_its_own_connection(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE))
    client = connect(server)
    client.customers.get("1001")
    thread = threading.Thread(target=client.customers.get, args=("1001",))
    thread.start()
    thread.join(5)
    assert [received.connection for received in server.received] == [1, 2]
    assert client.calls_made() == 1


@pytest.mark.parametrize(
    "record_id", ["..", "a/b", "%2e%2e", "", "a" * 65, "1 ", "1\n", "\uff11", "a?b"]
)
def test_a_strange_id_makes_no_call(serve: Serve, connect: Connect, record_id: str) -> None:
    server = serve(success(JANE))
    client = connect(server)
    with pytest.raises(NotFound):
        client.customers.get(record_id)
    with pytest.raises(NotFound):
        client.categories.delete(record_id, key=KEY)
    with pytest.raises(ValueError, match="not a write"):
        client.send_write("PATCH", f"/customers/{record_id}", BODY, key=KEY)
    assert server.received == []


def test_nobody_listens(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE))
    server.stop()
    with pytest.raises(Unavailable) as caught:
        connect(server).customers.create(BODY, key=KEY)
    assert caught.value.code == "connection_refused"


def test_a_name_that_does_not_exist(connect: Connect) -> None:
    with pytest.raises(Unavailable) as caught:
        connect("https://neropay.invalid/v2").customers.create(BODY, key=KEY)
    assert caught.value.code == "name_not_resolved"


@pytest.mark.parametrize(
    ("reply", "code"),
    [(CUT, "cut_answer"), (RESET, "connection_lost"), (Reply((b"boo\r\n",)), "connection_lost")],
)
def test_broken_answers(serve: Serve, connect: Connect, reply: Reply, code: str) -> None:
    client = connect(serve(reply))
    with pytest.raises((Unavailable, BadResponse)) as read:
        client.customers.get("1001", budget=2.0)
    with pytest.raises(OutcomeUnknown) as write:
        client.customers.create(BODY, key=KEY, budget=2.0)
    assert (read.value.code, write.value.code) == (code, code)


def test_a_base_url_in_capitals_works(serve: Serve, connect: Connect) -> None:
    server = serve(success(JANE))
    client = connect(f"HTTP://LOCALHOST:{server.port}/v2/")
    assert client.customers.get("1001").id == "1001"
    assert server.received[0].target == "/v2/customers/1001"


@pytest.mark.parametrize(
    "url", ["ftp://x/v2", "https://", "https://u:p@x/v2", "https://x/v2?a=b", "https://x/#a"]
)
def test_base_urls_that_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="base_url"):
        NeroPay(base_url=url, secret_key=SECRET)


@pytest.mark.parametrize("secret", ["", "a b", "a\r\nX: y", "schlüssel"])
def test_secrets_that_are_refused_are_not_repeated(secret: str) -> None:
    with pytest.raises(ValueError, match=r"secret_key must be printable ASCII without spaces$"):
        NeroPay(base_url="https://x/v2", secret_key=secret)
