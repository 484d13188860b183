"""What answers tell about what is switched on, and what they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.neropay.conftest import KEY
from tests.neropay.servers import JANE, answer, failure, success
from webapp.neropay import NeroPayError, encode_body
from webapp.neropay.abilities import Told

if TYPE_CHECKING:
    from tests.neropay.conftest import Connect, Serve
    from tests.neropay.servers import Reply

BODY = encode_body({"name": "Jane Customer"})


def test_an_answer_tells_that_it_is_allowed(serve: Serve, connect: Connect) -> None:
    client = connect(serve(success(JANE)))
    client.customers.update("1001", BODY, key=KEY)
    assert client.abilities.told() == {"customers.update": Told(is_allowed=True)}


def test_so_does_a_refusal_of_values(serve: Serve, connect: Connect) -> None:
    client = connect(serve(failure(422, "validation_failed", details={"name": ["No."]})))
    with pytest.raises(NeroPayError):
        client.customers.create(BODY, key=KEY)
    assert client.abilities.told() == {"customers.create": Told(is_allowed=True)}


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_not_here_is_kept_with_neropays_words(serve: Serve, connect: Connect, status: int) -> None:
    client = connect(serve(failure(status, "not_enabled", message="Not for you.")))
    with pytest.raises(NeroPayError):
        client.customers.update("1001", BODY, key=KEY)
    expected = Told(False, "not_enabled", status, "Not for you.")
    assert client.abilities.told() == {"customers.update": expected}


@pytest.mark.parametrize(
    "said",
    [
        failure(404, "resource_not_found"),
        failure(409, "category_in_use"),
        failure(422, "cannot_delete"),
        failure(409, "idempotency_conflict"),
        failure(401, "authentication_failed"),
        answer(503, b""),
        answer(200, b"<html>"),
    ],
)
def test_what_is_about_one_record_or_about_the_line_tells_nothing(
    serve: Serve, connect: Connect, said: Reply
) -> None:
    client = connect(serve(said, said, said))
    with pytest.raises(NeroPayError):
        client.categories.delete("20", key=KEY)
    assert client.abilities.told() == {}
    assert client.abilities.events == 0
