"""`flask check`: every rule that an installation has to keep, looked at in one go.

Here: which rules there are. Each gives one line, and a fault in one keeps no other from being
looked at. Nothing is changed, here or at NeroPay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.ops.checks import of_database, of_files, of_services, of_settings
from webapp.ops.checks.findings import Finding, not_known
from webapp.ops.databases import opened, sqlite_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from webapp.settings import Settings

__all__ = ["Finding", "check"]


def check(
    environ: Mapping[str, str],
    *,
    is_deploy: bool,
    find_mail_problem: Callable[[], str],
    clock_source: Callable[[], datetime] | None = None,
) -> list[Finding]:
    """Look at every rule.

    Args:
        environ: The environment, right or wrong.
        is_deploy: The rules of production as well; also asks NeroPay once who we are.
        find_mail_problem: Tries the mail server of the current application's settings; gives what
            is wrong, or nothing.
        clock_source: Tells the time, aware and in UTC; the system's clock when not given.

    Returns:
        A finding for each rule, in the order in which to read them.
    """
    settings, found = of_settings.check(environ, is_deploy=is_deploy)
    faulty = {finding.rule for finding in found if finding.state == "wrong"}
    found += of_files.check(settings, is_deploy=is_deploy)
    url = _url(settings, is_right="DATABASE_URL" not in faulty)
    with opened(settings, url, clock_source):
        if "DATABASE_URL" in faulty:
            found.append(not_known("database", "DATABASE_URL is wrong"))
        else:
            found += of_database.check(settings, is_deploy=is_deploy)
        found.append(of_services.check_worker(is_deploy=is_deploy))
        if not is_deploy:
            return found
        if "REDIS_URL" not in faulty:
            found.append(of_services.check_queue(settings))
        if "SMTP_URL" not in faulty:
            found.append(of_services.check_mail(settings, find_mail_problem))
    if faulty & {"NEROPAY_SECRET_KEY", "NEROPAY_BASE_URL", "NEROPAY_ACCOUNT"}:
        return [
            *found,
            *(not_known(rule, "its settings are wrong") for rule in ("NeroPay", "clock")),
        ]
    return found + of_services.check_neropay(settings)


def _url(settings: Settings, *, is_right: bool) -> str | None:
    """Give the database's address; None where there is none, since binding would make its file."""
    file = sqlite_file(settings)
    is_there = is_right and (file is None or file.is_file())
    return settings.database_url if is_there else None
