"""Measures of whole processes: cold start, memory, the first sync, and a browser's visits."""

from __future__ import annotations

import http.client
import sys
import threading
import time
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright
from sqlalchemy import text

from tests.bench import memory
from tests.bench.cases import Case
from tests.bench.measure import measure_reading
from tests.bench.site import EMAIL, PASSWORD, running_worker
from tests.servers import gunicorn
from tests.servers.processes import free_port, running
from webapp.db.engine import create_database_engine

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.bench.measure import Loader, Result
    from tests.bench.memory import Memory
    from tests.bench.site import Site

_PAUSE = threading.Event()
_SYNC_PATIENCE = 900.0  # seconds


@dataclass(frozen=True, slots=True)
class FirstSync:
    """What the first sync took, and what it did to those who were reading meanwhile."""

    seconds: float
    rows: int
    memory: Memory  # of the worker, at its largest
    meanwhile: list[Result]


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page view moved."""

    requests: int
    wire: int  # bytes, heads included


def cold_start(env: Mapping[str, str], folder: Path, rounds: int = 3) -> float:
    """Seconds from starting gunicorn to the whole of its first page; the median."""
    times = []
    for _ in range(rounds):
        port = free_port()
        own = {**env, "PORT": str(port), "VAR_DIR": str(folder / "cold")}
        began = time.perf_counter()
        with running(gunicorn.COMMAND, log=folder / "cold.log", env=own, cwd=gunicorn.ROOT):
            while not _has_page(port):
                _PAUSE.wait(0.005)
            times.append(time.perf_counter() - began)
    return median(times)


def web_memory(site: Site) -> Memory:
    """Of the master and its workers, as they are now."""
    return memory.measure(memory.family(site.web.process.pid))


def first_sync(loader: Loader, site: Site, folder: Path) -> FirstSync:
    """Run the worker on an empty copy until the first sync is through, and read meanwhile."""
    list_case = Case("list, first page", 12, (site.get("/customers"),))
    engine = create_database_engine(site.env["DATABASE_URL"])
    meanwhile: list[Result] = []
    largest = memory.Memory(0, 0, 0)
    began = time.perf_counter()
    # The budget of calls is the one that a merchant has who sets none: 600 at once and 10 a second.
    env = {**site.env, "SYNC_INTERVAL": "86400", "NEROPAY_CALLS_PER_MINUTE": "600"}
    with running_worker(env, folder) as worker:
        reader = threading.Thread(
            target=lambda: meanwhile.append(measure_reading(loader, site, list_case))
        )
        is_reading = False
        while True:
            with engine.connect() as connection:
                state = connection.execute(
                    text("SELECT finished_at, rows_seen, row_count, failed_at FROM sync_state")
                ).one()
            now = memory.measure(memory.family(worker.pid))
            largest = max(largest, now, key=lambda one: one.total)
            if state.finished_at is not None:
                break
            if state.rows_seen > 2_000 and not is_reading:
                reader.start()
                is_reading = True
            if state.failed_at is not None or time.perf_counter() - began > _SYNC_PATIENCE:
                raise RuntimeError(f"the first sync failed, see {folder}/worker.log")
            _PAUSE.wait(0.2)
        seconds = time.perf_counter() - began
        if is_reading:
            reader.join()
    engine.dispose()
    return FirstSync(seconds, state.row_count, largest, meanwhile)


def visits(site: Site) -> tuple[Visit, Visit]:
    """A first and a repeated visit to the customers page in Chromium, already signed in."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        other = browser.new_context()
        page = other.new_page()
        page.goto(f"{site.web.url}/login")
        page.fill("[name=email]", EMAIL)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{site.web.url}/")
        cookies = other.cookies()
        other.close()
        context = browser.new_context()
        context.add_cookies(cookies)  # type: ignore[arg-type]  # what it gave is what it takes
        page = context.new_page()
        first, second = _visit(page, site), _visit(page, site)
        browser.close()
    return first, second


def _visit(page: Page, site: Site) -> Visit:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(f"{site.web.url}/customers", wait_until="networkidle")
    session.detach()
    moved = [size for size in sizes if size > 0]  # what came from the cache moved nothing
    return Visit(len(moved), int(sum(moved)))


def _has_page(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/login")
        return b"</html>" in connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()


def machine() -> str:
    """What this was measured on, in a few words."""
    import os
    import platform
    import sqlite3

    return (
        f"{os.cpu_count()} cores, Python {platform.python_version()}, SQLite "
        f"{sqlite3.sqlite_version}, {sys.platform}"
    )
