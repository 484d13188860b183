"""Settings: read from the environment once, checked together, then frozen.

Here: every variable's name, default and rule. Nothing else in the project reads the environment.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import click
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LIVE_BASE_URL = "https://eu.neropay.app/v2"  # documented
ENVIRONMENTS = ("production", "development", "demo")
ROLES = ("owner", "manager", "staff", "viewer")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

_SECRET_BYTES = 32  # shortest SECRET_KEY that production takes, in characters
_GUESSABLE = re.compile(r"change|secret|default|example|password|tillside|dev", re.IGNORECASE)
_ACCOUNT = re.compile(r"NP[0-9A-Za-z]+_[0-9A-Za-z]+")
_HOST = re.compile(r"\.?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:]+\]")


class SettingsError(click.ClickException):
    """One or more settings are wrong; a command ends with it, without a traceback.

    Attributes:
        problems: One sentence each, beginning with the variable's name.
        partial: What was read nevertheless, for who looks at everything at once.
    """

    def __init__(self, problems: list[str], partial: Settings | None = None) -> None:
        self.problems, self.partial = tuple(problems), partial
        super().__init__("\n".join(f"  - {problem}" for problem in problems))

    def format_message(self) -> str:
        """Give what a command prints after "Error: "."""
        return f"these settings are missing or wrong:\n{self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What this installation is told from outside. See the README for each variable."""

    neropay_secret_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    secret_key_before: str | None = field(default=None, repr=False)  # while SECRET_KEY is rotated
    app_env: Literal["production", "development", "demo"] = "production"
    neropay_base_url: str = LIVE_BASE_URL
    neropay_account: str | None = None
    neropay_clear_with: Literal["null", "empty"] = "null"
    neropay_calls_per_minute: int = 600
    var_dir: Path = Path("var")
    database_url: str = field(repr=False)
    public_url: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    trusted_proxies: int = 0
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_threads: int = 4
    sync_interval: int = 300
    smtp_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    log_level: str = "INFO"
    time_zone: str = "Europe/London"
    require_second_factor: tuple[str, ...] = ()  # roles that must have one
    idle_lock: int = 0  # minutes until an unused page locks itself; 0: never
    activity_days: int = 0  # days that the audit trail is kept; 0: for ever

    @property
    def is_production(self) -> bool:
        """Whether the strict rules hold."""
        return self.app_env == "production"

    @property
    def is_sandbox(self) -> bool:
        """Whether NeroPay is a sandbox: its address is not https."""
        return not self.neropay_base_url.startswith("https://")

    @property
    def cookie_is_secure(self) -> bool:
        """Whether cookies carry Secure and the `__Host-` prefix."""
        return self.is_production

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Settings:
        """Read and check every variable.

        Args:
            environ: Usually `os.environ`. Empty values count as not given.

        Returns:
            The settings.

        Raises:
            SettingsError: With every problem at once.
        """
        return _Reader(environ).read()


class _Reader:
    """Reads variables one by one and collects what is wrong with them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._problems: list[str] = []

    def read(self) -> Settings:
        app_env = self._choice("APP_ENV", ENVIRONMENTS, "production")
        is_production = app_env == "production"
        var_dir = Path(self._text("VAR_DIR") or "var").absolute()
        settings = Settings(
            app_env=app_env,  # type: ignore[arg-type]  # one of ENVIRONMENTS, checked
            neropay_secret_key=self._neropay_key(),
            neropay_base_url=self._base_url(is_production),
            neropay_account=self._checked(
                "NEROPAY_ACCOUNT",
                lambda value: bool(_ACCOUNT.fullmatch(value)),
                "must look like NP6454f52b_6165; leave it out unless NeroConnect is used",
            ),
            neropay_clear_with=self._choice("NEROPAY_CLEAR_WITH", ("null", "empty"), "null"),  # type: ignore[arg-type]  # checked
            neropay_calls_per_minute=self._number("NEROPAY_CALLS_PER_MINUTE", 600, 1, 100_000),
            var_dir=var_dir,
            database_url=self._database_url(var_dir),
            secret_key=self._secret_key(is_production),
            public_url=self._public_url(is_production),
            trusted_hosts=self._trusted_hosts(is_production),
            trusted_proxies=self._number("TRUSTED_PROXIES", 0, 0, 10),
            host=self._text("HOST") or "127.0.0.1",
            port=self._number("PORT", 8000, 1, 65_535),
            web_workers=self._number("WEB_WORKERS", 2, 1, 64),
            web_threads=self._number("WEB_THREADS", 4, 1, 64),
            sync_interval=self._number("SYNC_INTERVAL", 300, 10, 86_400),
            smtp_url=self._url("SMTP_URL", ("smtp", "smtps"), "smtps://user:password@host:465"),
            redis_url=self._url("REDIS_URL", ("redis", "rediss"), "redis://127.0.0.1:6379/0"),
            log_level=self._choice("LOG_LEVEL", LOG_LEVELS, "INFO"),
            time_zone=self._checked("TIME_ZONE", _is_time_zone, "must be a name like Europe/London")
            or "Europe/London",
            secret_key_before=self._text("SECRET_KEY_BEFORE") or None,
            require_second_factor=self._roles(is_production),
            idle_lock=self._number("IDLE_LOCK", 0, 0, 30),
            activity_days=self._number("ACTIVITY_DAYS", 0, 0, 36_500),
        )
        if is_production and self._text("FLASK_DEBUG").lower() not in {"", "0", "false", "no"}:
            self._problem("FLASK_DEBUG", "must not be on in production: leave it out")
        if self._problems:
            raise SettingsError(self._problems, settings)
        return settings

    def _text(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def _problem(self, name: str, text: str) -> None:
        self._problems.append(f"{name} {text}.")

    def _checked(self, name: str, is_right: Callable[[str], bool], text: str) -> str | None:
        value = self._text(name)
        if value and not is_right(value):
            self._problem(name, text)
        return value or None

    def _choice(self, name: str, choices: tuple[str, ...], default: str) -> str:
        value = self._text(name) or default
        match = next((choice for choice in choices if choice.lower() == value.lower()), None)
        if match is None:
            self._problem(name, f"must be one of {', '.join(choices)}")
        return match or default

    def _number(self, name: str, default: int, low: int, high: int) -> int:
        value = self._text(name)
        if not value:
            return default
        if re.fullmatch(r"[0-9]{1,9}", value) and low <= int(value) <= high:
            return int(value)
        self._problem(name, f"must be a whole number from {low} to {high}")
        return default

    def _url(self, name: str, schemes: tuple[str, ...], example: str) -> str | None:
        return self._checked(
            name, lambda value: _is_url(value, schemes), f"must look like {example}"
        )

    def _neropay_key(self) -> str:
        value = self._text("NEROPAY_SECRET_KEY")
        if not value:
            self._problem("NEROPAY_SECRET_KEY", "is missing: the secret key of the NeroPay account")
        elif not re.fullmatch(r"[!-~]{8,512}", value):
            self._problem("NEROPAY_SECRET_KEY", "must be 8 to 512 ASCII characters without spaces")
        return value

    def _base_url(self, is_production: bool) -> str:
        value = (self._text("NEROPAY_BASE_URL") or LIVE_BASE_URL).rstrip("/")
        schemes = ("https",) if is_production else ("https", "http")
        parts = urlsplit(value)
        if not _is_url(value, schemes) or parts.query or parts.fragment or parts.username:
            self._problem(
                "NEROPAY_BASE_URL",
                f"must be an {' or '.join(schemes)} address without query, like {LIVE_BASE_URL}",
            )
        return value

    def _database_url(self, var_dir: Path) -> str:
        value = self._text("DATABASE_URL")
        if not value:
            return f"sqlite:///{var_dir / 'tillside.db'}"
        value = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", value)
        try:
            url = make_url(value)
        except ArgumentError:
            is_right = False
        else:
            has_file = bool(url.database) and url.database != ":memory:"
            is_right = url.drivername == "postgresql+psycopg" or (
                url.drivername == "sqlite" and has_file
            )
        if not is_right:
            self._problem(
                "DATABASE_URL", "must be sqlite:////path/file.db or postgresql://user@host/name"
            )
        return value

    def _secret_key(self, is_production: bool) -> str:
        value = self._text("SECRET_KEY")
        advice = 'make one with: python3 -c "import secrets; print(secrets.token_hex(32))"'
        if not value and not is_production:
            return secrets.token_hex(_SECRET_BYTES)
        if not value:
            self._problem("SECRET_KEY", f"is missing; {advice}")
        elif is_production and not _is_strong(value):
            self._problem(
                "SECRET_KEY", f"must be {_SECRET_BYTES} or more random characters; {advice}"
            )
        return value

    def _public_url(self, is_production: bool) -> str | None:
        schemes = ("https",) if is_production else ("https", "http")
        value = self._checked(
            "PUBLIC_URL",
            lambda url: _is_url(url, schemes) and urlsplit(url).path in {"", "/"},
            f"must be the dashboard's own {' or '.join(schemes)} address, like https://till.example",
        )
        if value is None and is_production:
            self._problem("PUBLIC_URL", "is missing: the dashboard's own https address")
        return value.rstrip("/") if value else None

    def _roles(self, is_production: bool) -> tuple[str, ...]:
        name = "REQUIRE_SECOND_FACTOR"
        value = self._environ.get(name, "owner,manager" if is_production else "")
        roles = tuple(role.strip().lower() for role in value.split(",") if role.strip())
        for role in roles:
            if role not in ROLES:
                self._problem(name, f"has {role!r}; it takes {', '.join(ROLES)}, with commas")
        return roles

    def _trusted_hosts(self, is_production: bool) -> tuple[str, ...]:
        hosts = tuple(
            host.strip() for host in self._text("TRUSTED_HOSTS").split(",") if host.strip()
        )
        if is_production and not hosts:
            self._problem("TRUSTED_HOSTS", "is missing: host names, with commas, like till.example")
        for host in hosts:
            if not _HOST.fullmatch(host):
                self._problem("TRUSTED_HOSTS", f"has {host!r}, which is not a host name")
        return hosts


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in schemes and bool(parts.hostname) and not re.search(r"\s", value)


def _is_strong(value: str) -> bool:
    return len(value) >= _SECRET_BYTES and len(set(value)) >= 10 and not _GUESSABLE.search(value)


def _is_time_zone(value: str) -> bool:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        return False
    return True
