"""Rules about settings: those that production refuses to start without, and what goes together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from werkzeug.sansio.utils import host_is_trusted

from webapp.ops.checks.findings import ok, warning, wrong
from webapp.settings import Settings, SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from webapp.ops.checks.findings import Finding

# What holds when production has nothing to say against them.
_RIGHT: Final = {
    "NEROPAY_SECRET_KEY": "is there",
    "NEROPAY_BASE_URL": "is an https address",
    "SECRET_KEY": "has 32 or more characters and does not look guessable",
    "PUBLIC_URL": "is an https address",
    "TRUSTED_HOSTS": "names this dashboard",
    "TRUSTED_PROXIES": "counts the proxy that has the certificate",
    "REQUIRE_SECOND_FACTOR": "asks owners for a second factor",
    "FLASK_DEBUG": "is off",
}


def check(environ: Mapping[str, str], *, is_deploy: bool) -> tuple[Settings, list[Finding]]:
    """Read the settings and judge them.

    Args:
        environ: The environment.
        is_deploy: By production's rules, whatever APP_ENV says.

    Returns:
        The settings as far as they could be read, and what was found.
    """
    read = {**environ, "APP_ENV": "production"} if is_deploy else environ
    problems: tuple[str, ...] = ()
    try:
        settings = Settings.from_environment(read)
    except SettingsError as error:
        if error.partial is None:
            raise
        settings, problems = error.partial, error.problems
    found = [wrong(*_split(problem)) for problem in problems]
    if not is_deploy:
        return settings, found or [ok("settings", f"are right for {settings.app_env}")]
    found += _together(environ, settings)
    told = {finding.rule for finding in found}
    right = [ok(rule, text) for rule, text in _RIGHT.items() if rule not in told]
    return settings, right + found


def _split(problem: str) -> tuple[str, str]:
    name, _, text = problem.partition(" ")
    return name, text.rstrip(".")


def _together(environ: Mapping[str, str], settings: Settings) -> list[Finding]:
    """Judge what only shows when settings are seen together."""
    found = []
    app_env = environ.get("APP_ENV", "").strip() or "production"
    if app_env.lower() == "production":
        found.append(ok("APP_ENV", "is production"))
    else:
        found.append(wrong("APP_ENV", f"is {app_env!r}; leave it out or set it to production"))
    host = urlsplit(settings.public_url or "").hostname
    hosts = settings.trusted_hosts
    if host and hosts and not host_is_trusted(host, hosts):
        found.append(wrong("TRUSTED_HOSTS", f"lacks {host}, the host of PUBLIC_URL"))
    if not settings.trusted_proxies:
        found.append(
            wrong("TRUSTED_PROXIES", "is 0: every visitor would have the proxy's address; set to 1")
        )
    if "owner" not in settings.require_second_factor:
        found.append(wrong("REQUIRE_SECOND_FACTOR", "lets owners in without one; leave it out"))
    if settings.secret_key_before:
        found.append(
            warning(
                "SECRET_KEY_BEFORE", "is set: finish with `user rotate-seeds`, then take it away"
            )
        )
    return found
