"""A shop with real gunicorn, worker and sandbox, whose processes are killed while they write.

NeroPay holds every write that it gets, at one of three moments; when those that are meant are
held, the processes die, and only then it goes on. What has to be true after that is the test's.
"""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import requests

from tests.conftest import PASSWORD
from tests.servers.gunicorn import ROOT, Web, environment, running_gunicorn
from tests.servers.processes import running, wait_until
from tests.writes.fields import Fields
from webapp import create_app
from webapp.categories.service import refresh_categories
from webapp.customers.service import run_sync
from webapp.db.upgrade import upgrade
from webapp.extensions import db
from webapp.jobs import worker_seen_at
from webapp.people.service import create_person
from webapp.sandbox.testing import running_sandbox
from webapp.settings import Settings

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from flask import Flask

    from webapp.sandbox.testing import Sandbox

EMAIL = "manager@shop.example"
WORKER = (sys.executable, "-m", "flask", "--app", "webapp", "worker")
MOMENTS: dict[str, dict[str, Any]] = {
    "before": {"action": "wait", "when": "before"},  # takes effect when everybody is dead
    "after": {"action": "wait", "when": "after"},  # took effect; the answer never comes
    "lost": {"action": "refuse", "seconds": 600},  # never takes effect
}


@dataclass(frozen=True)
class Write:
    """One form, filled in and ready to be sent.

    Attributes:
        method: Of the call to NeroPay that it leads to.
        collection: That call's, "customers" or "categories".
        fields: Everything that is sent, its CSRF token and intent included.
        moment: Which of MOMENTS the call is held at.
    """

    url: str
    method: str
    collection: str
    fields: dict[str, str]
    moment: str

    @property
    def intent(self) -> str:
        return self.fields["intent"]


@dataclass
class Shop:
    """Everything that runs, and the application's own view of it.

    Attributes:
        customer_ids: Those that were there at the start.
        category_ids: Likewise.
        kills: What was killed so far, "web" or "worker".
    """

    sandbox: Sandbox
    app: Flask
    env: dict[str, str]
    folder: Path
    customer_ids: list[int]
    category_ids: list[int]
    cookies: dict[str, str] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)
    _living: dict[str, tuple[ExitStack, subprocess.Popen[bytes]]] = field(default_factory=dict)
    _web: Web | None = None

    def start(self, *names: str) -> None:
        """Start "worker" and "web" (on another port each time); both answer afterwards."""
        if "worker" in names:
            self._start_worker()
        if "web" in names:
            stack = ExitStack()
            self._web = stack.enter_context(running_gunicorn(self.env, self.folder))
            self._living["web"] = (stack, self._web.process)
        worker = self._living["worker"][1]
        with self.app.app_context():
            wait_until(lambda: worker_seen_at() is not None, "the worker's sign of life", worker)

    def _start_worker(self) -> None:
        (self.folder / "worker.alive").unlink(missing_ok=True)
        stack = ExitStack()
        log = self.folder / "worker.log"
        worker = stack.enter_context(running(WORKER, log=log, env=self.env, cwd=ROOT))
        self._living["worker"] = (stack, worker)

    def kill(self, *names: str) -> None:
        """SIGKILL "web" (the master and its workers at once) or "worker", or both."""
        for name in names:
            os.killpg(self._living[name][1].pid, signal.SIGKILL)
            self.kills.append(name)
        for name in names:
            stack, process = self._living.pop(name)
            assert process.wait(30) == -signal.SIGKILL
            stack.close()

    def close(self) -> None:
        """Stop what still runs."""
        self.sandbox.release()
        for stack, _ in self._living.values():
            stack.close()
        self.app.extensions["tillside.neropay"].close()
        self.app.extensions["tillside.db"][0].dispose()

    @property
    def port(self) -> int:
        """Where the web listens now, or did last."""
        assert self._web is not None
        return self._web.port

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """Give "web" (the master) or "worker"."""
        return self._living[name][1]

    def sign_in(self) -> None:
        """Sign in through the form; the session outlives every process."""
        fields = self.open_form("/login") | {"email": EMAIL, "password": PASSWORD}
        answer = self.request("POST", "/login", data=fields)
        assert answer.status_code == 303, answer.text

    def open_form(self, url: str) -> dict[str, str]:
        """Give the fields of the form that is sent to its own page."""
        answer = self.request("GET", url)
        assert answer.status_code == 200, answer.text
        reader = Fields(url)
        reader.feed(answer.text)
        assert reader.found.get("csrf_token"), f"no form at {url}"
        return reader.found

    def send(self, write: Write) -> str | None:
        """Send a form: where the answer leads, or None when the connection broke first."""
        try:
            answer = self.request("POST", write.url, data=write.fields)
        except requests.ConnectionError:
            return None
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def send_and_kill(self, writes: Sequence[Write]) -> None:
        """Send forms at once; kill web and worker when NeroPay holds all that they lead to.

        Args:
            writes: At most one for each kind of call. What the worker sends meanwhile is held
                like them. All of it goes on with `sandbox.release`.
        """
        for write in writes:
            self.hold(write.moment, write.method, write.collection)
        with ThreadPoolExecutor(len(writes)) as clients:
            answers = [clients.submit(self.send, write) for write in writes]
            wait_until(partial(self._has_held, writes), "the writes at NeroPay")
            self.sandbox.await_waiting(len(writes))
            self.kill("web", "worker")
            assert [answer.result() for answer in answers] == [None] * len(writes)
        self.sandbox.clear_faults()

    def hold(self, moment: str, method: str, path: str = "") -> None:
        """Let NeroPay hold all such calls, until its faults are cleared."""
        match = {"method": method, "path": path}
        self.sandbox.fault(**MOMENTS[moment], times=0, match=match)

    def keys_received(self) -> list[str]:
        """Give the keys of the writes that reached NeroPay, in their order."""
        return [call["key"] for call in self.sandbox.requests() if call["key"]]

    def _has_held(self, writes: Sequence[Write]) -> bool:
        calls = self.sandbox.requests()
        return {write.intent for write in writes} <= {one["key"] for one in calls if one["fault"]}

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        """Ask the web, as whoever is signed in."""
        assert self._web is not None
        answer = requests.request(
            method,
            self._web.url + url,
            cookies=self.cookies,
            allow_redirects=False,
            timeout=60,
            **options,
        )
        self.cookies |= answer.cookies.get_dict()
        return answer


@contextmanager
def running_shop(
    folder: Path,
    *,
    database_url: str = "",
    customers: int = 24,
    categories: int = 24,
    **changes: str,
) -> Iterator[Shop]:
    """Run a copied shop with a manager signed in; its application's context is the current one.

    Args:
        folder: Where everything goes.
        database_url: An empty database; a file in the folder when not given.
        customers: In NeroPay, and in our copy.
        categories: Likewise.
        changes: Of the environment.
    """
    with running_sandbox(folder / "sandbox.db") as sandbox:
        sandbox.seed(customers=customers, categories=categories)
        env = environment(
            folder,
            DATABASE_URL=database_url,
            NEROPAY_SECRET_KEY=sandbox.secret_key,
            NEROPAY_BASE_URL=sandbox.url,
            **{"WEB_THREADS": "8"} | changes,  # so that one process may take all writes at once
        )
        app = create_app(Settings.from_environment(env))
        ids, category_ids = (
            [row["id"] for row in rows] for rows in (sandbox.customers(), sandbox.categories())
        )
        shop = Shop(sandbox, app, env, folder, ids, category_ids)
        with app.app_context(), closing(shop):
            upgrade(db.engine)
            create_person(email=EMAIL, name="Manager", role="manager", password=PASSWORD)
            run_sync(reason="test")
            refresh_categories()
            shop.start("worker", "web")
            shop.sign_in()
            yield shop
