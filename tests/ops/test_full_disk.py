"""A real server whose files cannot grow: it answers, and goes on when there is room again."""

from __future__ import annotations

import resource
from typing import TYPE_CHECKING

import pytest

from tests.servers.processes import wait_until
from tests.soak.reloads import children_of
from tests.writes.killing import Shop, running_shop
from webapp.activity.service import verify
from webapp.writes.service import count_open

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.server


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running_shop(tmp_path, customers=2, categories=1) as running:
        yield running


def limit_files(shop: Shop, size: int) -> None:
    """Let no process of ours write beyond so many bytes of any file, its log included."""
    masters = [shop.process(name).pid for name in ("web", "worker")]
    for pid in [*masters, *(child for master in masters for child in children_of(master))]:
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, most))


def test_no_room_at_all_and_then_again(shop: Shop) -> None:
    master = shop.process("web").pid
    wait_until(lambda: len(children_of(master)) == 2, "both processes")
    before = children_of(master)
    form = shop.open_form("/customers/new") | {"name": "Dee Room"}
    limit_files(shop, 1)
    headers = {"Sec-Fetch-Site": "same-origin"}
    for _ in range(6):  # both processes
        answer = shop.request("POST", "/customers/new", data=form, headers=headers)
        assert answer.status_code == 503
        assert "nothing was sent to NeroPay" in answer.text
        assert 'value="Dee Room"' in answer.text
        assert shop.request("GET", "/customers").status_code == 200
    part = shop.request(
        "POST", "/customers/new", data=form, headers=headers | {"HX-Request": "true"}
    )
    assert part.status_code == 503
    assert "<html" not in part.text
    assert not [call for call in shop.sandbox.requests() if call["method"] == "POST"]

    limit_files(shop, resource.RLIM_INFINITY)
    assert shop.request("POST", "/customers/new", data=form).status_code == 303
    assert [effect["key"] for effect in shop.sandbox.ledger()] == [form["intent"]]
    assert children_of(shop.process("web").pid) == before, "a process was lost"
    assert shop.process("worker").poll() is None
    wait_until(lambda: count_open() == 0, "everything to be settled")
    assert verify().ok
