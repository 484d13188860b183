"""Settings from the environment: names, defaults, and every problem at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp import create_app
from webapp.settings import LIVE_BASE_URL, Settings, SettingsError

KEY = "sk_live_0123456789abcdef"
DEMO = {"APP_ENV": "demo", "NEROPAY_SECRET_KEY": KEY}
PRODUCTION = {
    "NEROPAY_SECRET_KEY": KEY,
    "SECRET_KEY": "4f1c2a9e8b7d6c5f4e3d2c1b0a9f8e7d",
    "PUBLIC_URL": "https://till.shop.example",
    "TRUSTED_HOSTS": "till.shop.example",
}


def problems(environ: dict[str, str]) -> list[str]:
    """Give the names of the variables that are complained about."""
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(environ)
    return [problem.split()[0] for problem in caught.value.problems]


def test_defaults() -> None:
    settings = Settings.from_environment(PRODUCTION)
    assert settings.app_env == "production"
    assert settings.neropay_base_url == LIVE_BASE_URL
    assert settings.database_url == f"sqlite:///{Path('var').absolute()}/tillside.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert (settings.web_workers, settings.web_threads, settings.sync_interval) == (2, 4, 300)
    assert (settings.trusted_proxies, settings.log_level) == (0, "INFO")
    assert settings.time_zone == "Europe/London"
    assert settings.cookie_is_secure
    assert not settings.is_sandbox


def test_every_variable_is_read() -> None:
    settings = Settings.from_environment(
        {
            **PRODUCTION,
            "APP_ENV": "development",
            "NEROPAY_BASE_URL": "http://127.0.0.1:8001/v2/",
            "NEROPAY_ACCOUNT": "NP6454f52b_6165",
            "NEROPAY_CLEAR_WITH": "empty",
            "NEROPAY_CALLS_PER_MINUTE": "60",
            "VAR_DIR": "/data",
            "DATABASE_URL": "postgresql://till@db/till",
            "TRUSTED_HOSTS": "a.example, .b.example",
            "TRUSTED_PROXIES": "1",
            "HOST": "0.0.0.0",  # noqa: S104  # a value, nothing listens
            "PORT": "80",
            "WEB_WORKERS": "3",
            "WEB_THREADS": "8",
            "SYNC_INTERVAL": "60",
            "SMTP_URL": "smtps://u:p@mail.example:465",
            "REDIS_URL": "redis://127.0.0.1:6379/0",
            "LOG_LEVEL": "debug",
            "TIME_ZONE": "Europe/Dublin",
        }
    )
    assert settings.neropay_base_url == "http://127.0.0.1:8001/v2"
    assert settings.is_sandbox
    assert settings.database_url == "postgresql+psycopg://till@db/till"
    assert settings.var_dir == Path("/data")
    assert settings.trusted_hosts == ("a.example", ".b.example")
    assert settings.neropay_account == "NP6454f52b_6165"
    assert settings.neropay_clear_with == "empty"
    numbers = (settings.port, settings.web_workers, settings.web_threads, settings.sync_interval)
    assert numbers == (80, 3, 8, 60)
    assert (settings.trusted_proxies, settings.neropay_calls_per_minute) == (1, 60)
    assert (settings.log_level, settings.time_zone) == ("DEBUG", "Europe/Dublin")
    assert settings.smtp_url
    assert settings.redis_url
    assert not settings.cookie_is_secure


def test_nothing_given_names_all_that_production_needs() -> None:
    assert problems({}) == ["NEROPAY_SECRET_KEY", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_HOSTS"]


def test_demo_needs_the_key_only() -> None:
    first, second = (Settings.from_environment(DEMO) for _ in range(2))
    assert len(first.secret_key) == 64
    assert first.secret_key != second.secret_key
    assert problems({"APP_ENV": "demo"}) == ["NEROPAY_SECRET_KEY"]


WRONG = [
    ("APP_ENV", ["staging", "prod"]),
    ("NEROPAY_SECRET_KEY", ["short", "with space", "x" * 600, "schlüssel-lang"]),
    ("NEROPAY_BASE_URL", ["eu.neropay.app", "ftp://x/", "https://x/v2?a=b", "https://u:p@x/v2",
                          "https://", "https://x:port/", "https://x y/"]),
    ("NEROPAY_ACCOUNT", ["6454", "NP 1_2", "NP1"]),
    ("NEROPAY_CLEAR_WITH", ["none"]),
    ("NEROPAY_CALLS_PER_MINUTE", ["0", "x", "-1"]),
    ("DATABASE_URL", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"]),
    ("PUBLIC_URL", ["till.example", "https://till.example/path", "https://"]),
    ("TRUSTED_HOSTS", ["https://till.example", "till.example:8000", "a b", "*"]),
    ("TRUSTED_PROXIES", ["-1", "11", "one"]),
    ("PORT", ["0", "65536", "8000.0", "٨٠٨٠", "1e3"]),
    ("WEB_WORKERS", ["0", "65"]),
    ("WEB_THREADS", ["0", "x"]),
    ("SYNC_INTERVAL", ["9", "86401"]),
    ("SMTP_URL", ["mail.example", "http://mail.example"]),
    ("REDIS_URL", ["127.0.0.1:6379"]),
    ("LOG_LEVEL", ["LOUD"]),
    ("TIME_ZONE", ["Mars/Olympus", "../../etc/passwd"]),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values"), WRONG)
def test_what_is_wrong_is_named_and_nothing_else(name: str, values: list[str]) -> None:
    for value in values:
        given_ = {**PRODUCTION, "APP_ENV": "development", name: value}
        assert problems(given_) == [name], value


def test_everything_wrong_is_reported_at_once() -> None:
    environ = {name: values[0] for name, values in WRONG}
    assert set(problems(environ)) == {name for name, _ in WRONG} | {"SECRET_KEY"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "change-me-change-me-change-me-0123456789"),
        ("SECRET_KEY", "this-is-the-default-secret-key-0123456789"),
        ("PUBLIC_URL", "http://till.shop.example"),
        ("NEROPAY_BASE_URL", "http://127.0.0.1:8001/v2"),
        ("TRUSTED_HOSTS", " , "),
        ("SECRET_KEY", ""),
    ],
)
def test_production_refuses_what_is_unsafe(name: str, value: str) -> None:
    assert problems({**PRODUCTION, name: value}) == [name]


def test_empty_counts_as_not_given() -> None:
    empty = {name: " " for name, _ in WRONG if name != "NEROPAY_SECRET_KEY"}
    assert problems({**empty, "NEROPAY_SECRET_KEY": KEY}) == (
        ["SECRET_KEY", "PUBLIC_URL", "TRUSTED_HOSTS"]
    )


def test_secrets_are_not_shown() -> None:
    environ = {**PRODUCTION, "DATABASE_URL": "postgresql://till:hush@db/till",
               "SMTP_URL": "smtps://u:hush@mail.example"}  # fmt: skip
    shown = repr(Settings.from_environment(environ))
    assert KEY not in shown
    assert "hush" not in shown
    assert PRODUCTION["SECRET_KEY"] not in shown


def test_a_complaint_repeats_no_secret() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"NEROPAY_SECRET_KEY": "hush hush", "SECRET_KEY": "hushhush",
                                   "DATABASE_URL": "mysql://u:hush@x/y"})  # fmt: skip
    assert "hush" not in str(caught.value)


@given(st.dictionaries(st.sampled_from([name for name, _ in WRONG]), st.text(max_size=40)))
def test_nothing_but_a_report_comes_of_any_environment(environ: dict[str, str]) -> None:
    reported: tuple[str, ...] = ()
    try:
        Settings.from_environment(environ)
    except SettingsError as error:
        reported = error.problems
    assert all(problem.endswith(".") for problem in reported)


def test_an_application_is_made_of_them(tmp_path: Path) -> None:
    settings = Settings.from_environment({**PRODUCTION, "VAR_DIR": str(tmp_path)})
    app = create_app(settings)
    answer = app.test_client().get("/login", headers={"Host": "till.shop.example"})
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    app.extensions["tillside.db"][0].dispose()
