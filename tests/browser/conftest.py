"""A real browser in front of real gunicorn, worker and sandbox."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.conftest import PASSWORD
from tests.servers.gunicorn import ROOT, Web, environment, running_gunicorn
from tests.servers.processes import running, wait_until
from webapp import create_app
from webapp.categories.service import refresh_categories
from webapp.customers.sync import run_sync
from webapp.db.upgrade import upgrade
from webapp.extensions import db
from webapp.people.service import create_person
from webapp.sandbox.testing import running_sandbox
from webapp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

    from webapp.sandbox.testing import Sandbox

PATIENCE = 30_000  # milliseconds: nothing here measures time, and the machine may be busy
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
ROLES = ("owner", "manager", "staff", "viewer")


@dataclass(frozen=True)
class Site:
    """Everything that runs: the sandbox, the web server, the application's own view of both."""

    url: str
    sandbox: Sandbox
    app: Flask
    web: Web

    def copy(self) -> None:
        """Bring the copy up to date with the sandbox now."""
        with self.app.app_context():
            wait_until(lambda: run_sync(reason="test").state == "done", "our turn to sync")


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def site_settings() -> dict[str, str]:
    """More of the environment; a module of tests may have its own."""
    return {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, site_settings: dict[str, str]) -> Iterator[Site]:
    """A shop with 60 customers and 6 categories, copied already."""
    folder = tmp_path_factory.mktemp("site")
    with ExitStack() as stack:
        sandbox = stack.enter_context(running_sandbox(folder / "sandbox.db"))
        sandbox.seed(customers=60, categories=6)
        env = environment(
            folder,
            NEROPAY_SECRET_KEY=sandbox.secret_key,
            NEROPAY_BASE_URL=sandbox.url,
            **site_settings,
        )
        app = create_app(Settings.from_environment(env))
        with app.app_context():
            upgrade(db.engine)
            for role in ROLES:
                create_person(
                    email=f"{role}@shop.example",
                    name=f"{role.title()} Person",
                    role=role,
                    password=PASSWORD,
                )
            run_sync(reason="test")
            refresh_categories()
        web = stack.enter_context(running_gunicorn(env, folder))
        worker = (sys.executable, "-m", "flask", "--app", "webapp", "worker")
        stack.enter_context(running(worker, log=folder / "worker.log", env=env, cwd=ROOT))
        yield Site(web.url, sandbox, app, web)
        app.extensions["tillside.neropay"].close()
        app.extensions["tillside.db"][0].dispose()


@dataclass
class Visitor:
    """Somebody at a browser; collects what the browser complains about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        # An answer of 4xx or 5xx is logged by the browser itself; those pages are ours.
        if message.type in {"error", "warning"} and "status of" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Signs somebody in; at the end nothing may have been complained about."""
    visitors: list[Visitor] = []

    def sign_in(role: str = "manager", **options: object) -> Visitor:
        given = {"base_url": site.url, "reduced_motion": "reduce", **options}
        context = browser.new_context(**given)  # type: ignore[arg-type]  # Playwright's own options
        visitor = Visitor(context.new_page())
        visitor.page.set_default_timeout(PATIENCE)
        visitor.listen()
        visitors.append(visitor)
        page = visitor.page
        page.goto("/login")
        page.fill("#email", f"{role}@shop.example")
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit], form button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
        return visitor

    yield sign_in
    for visitor in visitors:
        assert visitor.complaints == []
    for visitor in visitors:
        visitor.page.context.close()
