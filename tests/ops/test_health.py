"""Health, readiness and metrics: what they answer, to whom, and that they name nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from webapp.jobs import service as jobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask import Flask

    from tests.conftest import Clock
    from tests.page import Page
    from webapp.settings import Settings


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_answer_any_host(make_app: Callable[..., Flask], path: str) -> None:
    client = make_app(trusted_hosts=("till.example",)).test_client()
    assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert client.get("/login", headers={"Host": "10.0.0.7:8000"}).status_code == 400


@pytest.mark.parametrize("path", ["/", "/login", "/customers?q=x", "/static/none.css", "/nowhere"])
def test_another_hosts_name_is_refused_before_anything_else(
    make_app: Callable[..., Flask], path: str
) -> None:
    client = make_app(trusted_hosts=("till.example",)).test_client()
    answer = client.get(path, headers={"Host": "evil.example"})
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_take_no_other_method(app: Flask, path: str) -> None:
    assert app.test_client().post(path).status_code in {400, 405}


def test_health_does_without_the_database(
    make_app: Callable[..., Flask], settings: Settings, tmp_path: Path
) -> None:
    client = make_app(database_url=f"sqlite:///{tmp_path / 'empty.db'}").test_client()
    assert client.get("/healthz").get_data(as_text=True) == "ok\n"


def test_ready_tells_database_schema_and_worker(app: Flask, clock: Clock) -> None:
    client = app.test_client()
    told = client.get("/readyz")
    assert told.status_code == 200
    assert told.json is not None
    assert (told.json["database"], told.json["schema"]) == ("ok", "ok")
    assert told.json["worker"] == "never seen"
    with app.app_context():
        jobs.beat()
    seen = client.get("/readyz").json
    assert seen is not None
    assert seen == {**told.json, "worker": "ok", "worker_age": seen["worker_age"]}
    assert 0 <= seen["worker_age"] < 60
    clock.advance(minutes=5)
    late = client.get("/readyz")
    assert late.status_code == 200, "pages are served without the worker"
    assert late.json is not None
    assert late.json["worker"] == "late"


def test_missing_migrations_are_not_ready(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    told = make_app(database_url=f"sqlite:///{tmp_path / 'empty.db'}").test_client().get("/readyz")
    assert told.status_code == 503
    assert told.json is not None
    assert told.json["schema"] == "missing migrations"


def test_a_database_that_is_away_is_not_ready(make_app: Callable[..., Flask]) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    told = make_app(database_url=url).test_client().get("/readyz")
    assert told.status_code == 503
    assert told.json is not None
    assert told.json["database"] == "failed"


def test_metrics_count_by_route_and_name_nobody(app: Flask, page_as: Callable[[str], Page]) -> None:
    page_as("owner").get("/customers?q=Lovelace")
    client = app.test_client()
    client.get("/customers/Lovelace")
    told = client.get("/metrics").get_data(as_text=True)
    assert 'tillside_request_seconds_count{route="/customers"}' in told
    assert re.search(
        r'tillside_requests_total\{method="GET",route="/customers",status="2xx"\}', told
    )
    assert re.search(r"^tillside_customers 0\.0$", told, re.MULTILINE)
    assert re.search(r"^tillside_open_writes 0\.0$", told, re.MULTILINE)
    assert "lovelace" not in told.lower()
    assert "shop.example" not in told


def test_metrics_go_on_without_the_database(make_app: Callable[..., Flask]) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    told = make_app(database_url=url).test_client().get("/metrics")
    assert told.status_code == 200
    assert b"tillside_customers " not in told.data


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("127.0.0.1", 200),
        ("10.1.2.3", 200),
        ("fd00::1", 200),
        ("::ffff:10.1.2.3", 200),
        ("::ffff:8.8.8.8", 403),
        ("203.0.113.9", 403),
        ("8.8.8.8", 403),
    ],
)
def test_metrics_are_for_the_own_network(app: Flask, address: str, status: int) -> None:
    answer = app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": address})
    assert answer.status_code == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_metrics_are_not_for_what_an_unknown_proxy_brings(app: Flask, header: str) -> None:
    assert app.test_client().get("/metrics", headers={header: "10.0.0.1"}).status_code == 403


def test_metrics_behind_a_known_proxy_go_by_the_clients_address(
    make_app: Callable[..., Flask],
) -> None:
    client = make_app(trusted_proxies=1).test_client()
    for address, status in (("8.8.8.8", 403), ("10.0.0.1", 200)):
        answer = client.get("/metrics", headers={"X-Forwarded-For": f"10.9.9.9, {address}"})
        assert answer.status_code == status


def test_they_ask_nobody_who_they_are(app: Flask) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert "Set-Cookie" not in app.test_client().get(path).headers
