"""Walking lists whose paging nobody documented."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.neropay.servers import JANE, Reply, answer, success
from webapp.neropay import BadResponse, Customer, Page, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.neropay.conftest import Connect, Serve
    from tests.neropay.servers import Received


def rows(first: int, last: int) -> list[dict[str, object]]:
    return [{"id": number, "name": f"Customer {number}"} for number in range(first, last + 1)]


def shop(total: int, size: int, hints: Callable[[int, int], dict[str, object]]) -> object:
    """A server with so many customers, that gives pages of its own size."""

    def reply(request: Received) -> Reply:
        query = parse_qs(urlsplit(request.target).query)
        number = int(query.get("page", ["1"])[0])
        first = (number - 1) * size + 1
        return success(
            rows(first, min(first + size - 1, total)), **hints(number, -(-total // size))
        )

    return reply


def no_hints(_number: int, _last: int) -> dict[str, object]:
    return {}


def next_page(number: int, last: int) -> dict[str, object]:
    return {"meta": {"next_page": number + 1 if number < last else None, "total": 7}}


def current_and_last(number: int, last: int) -> dict[str, object]:
    return {"meta": {"current_page": number, "last_page": last}}


def links(number: int, last: int) -> dict[str, object]:
    link = f"http://127.0.0.1/v2/customers?page={number + 1}&cursor=a%2Fb"
    return {"links": {"next": link if number < last else None}}


def walk(connect: Connect, server: object) -> list[Page[Customer]]:
    return list(connect(server).customers.pages())  # type: ignore[arg-type]  # a Server


def ids(pages: list[Page[Customer]]) -> list[int]:
    return [int(customer.id) for page in pages for customer in page.items]


@pytest.mark.parametrize(
    ("hints", "total", "size", "calls"),
    [
        (no_hints, 7, 3, 3),  # the third page is shorter than the longest
        (no_hints, 6, 3, 3),  # the third page is empty
        (no_hints, 0, 3, 1),
        (next_page, 7, 3, 3),
        (next_page, 6, 3, 2),
        (current_and_last, 6, 3, 2),
        (links, 6, 3, 2),
        (links, 3, 3, 1),
    ],
)
def test_styles_of_paging(
    serve: Serve,
    connect: Connect,
    *,
    hints: Callable[[int, int], dict[str, object]],
    total: int,
    size: int,
    calls: int,
) -> None:
    server = serve(shop(total, size, hints))  # type: ignore[arg-type]  # a reply
    pages = walk(connect, server)
    assert ids(pages) == list(range(1, total + 1))
    assert len(server.received) == calls
    assert [page.has_more for page in pages] == [True] * (calls - 1) + [False]
    assert [page.number for page in pages] == list(range(1, calls + 1))
    assert server.received[0].target == "/v2/customers?limit=100&page=1"


def test_a_server_that_ignores_both_parameters(serve: Serve, connect: Connect) -> None:
    server = serve(success(rows(1, 5)))
    pages = walk(connect, server)
    assert ids(pages) == [1, 2, 3, 4, 5]
    assert (len(server.received), pages[-1].items) == (2, ())


def test_rows_that_move_between_pages_come_once(serve: Serve, connect: Connect) -> None:
    server = serve(success(rows(1, 3)), success(rows(3, 5)), success(rows(6, 6)))
    assert ids(walk(connect, server)) == [1, 2, 3, 4, 5, 6]


def test_a_page_is_asked_for_when_it_is_wanted(serve: Serve, connect: Connect) -> None:
    server = serve(shop(9, 3, no_hints))  # type: ignore[arg-type]  # a reply
    pages = connect(server).customers.pages(limit=3)
    assert server.received == []
    assert next(pages).has_more
    assert [one.target for one in server.received] == ["/v2/customers?limit=3&page=1"]


def test_a_bad_record_is_set_aside(serve: Serve, connect: Connect) -> None:
    bad: list[object] = [None, 5, [], {"id": 1}, {"name": "x"}, {"id": "../1", "name": "x"}]
    server = serve(success([*bad, JANE, "x"]), success([]))
    first, last = walk(connect, server)
    assert [customer.name for customer in first.items] == ["Jane Customer"]
    assert (first.set_aside, last.set_aside) == (7, 0)


def test_a_page_of_bad_records_is_not_the_end(serve: Serve, connect: Connect) -> None:
    bad = success([{"id": None}, {"id": None}])
    server = serve(success(rows(1, 2)), bad, bad, success(rows(3, 4)), success([]))
    pages = walk(connect, server)
    assert ids(pages) == [1, 2, 3, 4]
    assert sum(page.set_aside for page in pages) == 4


def test_nothing_but_bad_records_ends_too(serve: Serve, connect: Connect) -> None:
    server = serve(success([{"id": None}]))
    assert ids(walk(connect, server)) == []
    assert len(server.received) == 3


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v2/customers?page=2",
        "//evil.example/v2/customers?page=2",
        "/v2/account?page=2",
        "../../admin",
        "http://[",
        "",
        5,
        {"href": "x"},
        "?" + "a&" * 5000,
    ],
)
def test_links_elsewhere_are_not_followed(serve: Serve, connect: Connect, link: object) -> None:
    server = serve(success(rows(1, 2), links={"next": link}), success([]))
    assert ids(walk(connect, server)) == [1, 2]
    assert server.received[1].target == "/v2/customers?limit=100&page=2"


@pytest.mark.parametrize("link", ["?cursor=a b&x=[\"<'>]~é", "/v2/customers?cursor=%zz%7e"])
def test_a_link_is_written_anew(serve: Serve, connect: Connect, link: str) -> None:
    server = serve(success(rows(1, 2), links={"next": link}), success([]))
    assert ids(walk(connect, server)) == [1, 2]
    assert server.received[1].target.startswith("/v2/customers?cursor=")


@pytest.mark.parametrize("page", [0, -1, "x", 10**30, True, [], {}, 1.5])
def test_senseless_hints_are_no_hints(serve: Serve, connect: Connect, page: object) -> None:
    meta = {"next_page": page, "current_page": page, "last_page": page, "total": page}
    server = serve(success(rows(1, 2), meta=meta), success([]))
    pages = walk(connect, server)
    assert ids(pages) == [1, 2]
    assert len(server.received) <= 2


def test_hints_that_go_in_circles_end(serve: Serve, connect: Connect) -> None:
    server = serve(success(rows(1, 2), meta={"next_page": 1}))
    assert ids(walk(connect, server)) == [1, 2]
    assert len(server.received) == 2


def test_a_failing_page_is_no_end(serve: Serve, connect: Connect) -> None:
    pages = connect(serve(success(rows(1, 2)), answer(503, b""))).customers.pages()
    assert next(pages).has_more
    with pytest.raises(Unavailable):
        next(pages)


@pytest.mark.parametrize("data", [None, {}, "x", 5])
def test_a_list_that_is_none(serve: Serve, connect: Connect, data: object) -> None:
    with pytest.raises(BadResponse):
        walk(connect, serve(success(data)))


def test_categories_come_in_one_piece(serve: Serve, connect: Connect) -> None:
    first = {"id": 20, "name": "Drinks", "sort_order": 1, "is_active": 1}
    second = {"id": 21, "name": "Food", "sort_order": "2", "is_active": False}
    third = {"id": 22, "name": "Bad", "sort_order": 10**40, "is_active": 7}
    page = connect(serve(success([first, second, third]), success([]))).categories.list()
    assert [(one.id, one.sort_order, one.is_active) for one in page.items] == [
        ("20", 1, True),
        ("21", 2, False),
    ]
    assert (page.set_aside, page.has_more) == (1, False)


def test_categories_without_end(serve: Serve, connect: Connect) -> None:
    server = serve(shop(10**9, 3, no_hints))  # type: ignore[arg-type]  # a reply
    with pytest.raises(BadResponse) as caught:
        connect(server).categories.list()
    assert (caught.value.code, len(server.received)) == ("endless_list", 50)
