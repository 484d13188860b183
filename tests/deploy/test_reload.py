"""SIGHUP and SIGTERM finish what they find, also a save that waits for NeroPay."""

from __future__ import annotations

import re
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.gunicorn import ROOT
from tests.servers.processes import stop, wait_until
from tests.soak.reloads import children_of, reload_under_load, running_site
from tests.writes.killing import Shop, Write, running_shop
from webapp import serve
from webapp.writes.service import State, find
from webapp.writes.settling import BUDGET

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server

CONF = ROOT / "webapp" / "gunicorn_conf.py"


def test_reloads_under_load_fail_no_request(tmp_path: Path) -> None:
    with running_site(tmp_path, f"sqlite:///{tmp_path / 'tillside.db'}") as (process, nginx):
        load = reload_under_load(process, nginx, reloads=2)
        assert process.poll() is None
    assert load.failures == []
    assert load.answers[200] > 10


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with running_shop(tmp_path, customers=2, categories=1) as running:
        yield running


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_save_that_waits_for_neropay_is_finished(shop: Shop, number: int) -> None:
    process = shop.process("web")
    url = f"/customers/{shop.customer_ids[0]}/edit"
    write = Write(url, "PATCH", "customers", shop.open_form(url) | {"city": "York"}, "after")
    old = children_of(process.pid)
    shop.hold("after", "PATCH")
    with ThreadPoolExecutor(1) as client:
        place = client.submit(shop.send, write)
        shop.sandbox.await_waiting()
        process.send_signal(number)
        wait_until(lambda: is_leaving(shop, number, old), "the signal to be heard")
        assert not place.done()
        shop.sandbox.clear_faults()
        shop.sandbox.release()
        assert place.result() == f"/customers/{shop.customer_ids[0]}"
    outcome = find(write.intent)
    assert outcome is not None
    assert outcome.state is State.APPLIED
    assert [effect["key"] for effect in shop.sandbox.ledger()] == [write.intent]
    if number == signal.SIGTERM:
        assert process.wait(90) == 0


def is_leaving(shop: Shop, number: int, old: list[int]) -> bool:
    """Whether there are new processes (reload), or nobody listens any more (stop)."""
    if number == signal.SIGHUP:
        return bool(set(children_of(shop.process("web").pid)) - set(old))
    return "Handling signal: term" in (shop.folder / "web.log").read_text()


def test_a_stop_gives_a_save_all_its_time() -> None:
    told = re.search(r"^graceful_timeout = (\d+)", CONF.read_text(), re.MULTILINE)
    assert told
    look = 8.0  # seconds, before the write itself
    assert look + BUDGET < int(told[1]) < serve._GRACE


def test_the_worker_finishes_the_write_it_is_at(shop: Shop) -> None:
    url = f"/customers/{shop.customer_ids[1]}/edit"
    fields = shop.open_form(url) | {"city": "Ely"}
    shop.sandbox.fault(action="cut", when="after", times=0, match={"method": "PATCH"})
    assert shop.send(Write(url, "PATCH", "customers", fields, "after"))
    shop.sandbox.clear_faults()
    shop.hold("after", "GET", f"customers/{shop.customer_ids[1]}")
    shop.sandbox.await_waiting()  # the worker looks what became of it
    worker = shop.process("worker")
    worker.terminate()
    shop.sandbox.clear_faults()
    shop.sandbox.release()
    assert stop(worker) == 0
    outcome = find(fields["intent"])
    assert outcome is not None
    assert outcome.state is State.APPLIED
