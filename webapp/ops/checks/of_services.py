"""Rules about what runs beside the web: the worker, NeroPay, the mail server, the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.jobs.service import heartbeat_age, queue_problem
from webapp.neropay import Misconfigured, NeroPay, NeroPayError
from webapp.ops.checks.findings import not_known, ok, warning, wrong

if TYPE_CHECKING:
    from collections.abc import Callable

    from webapp.ops.checks.findings import Finding
    from webapp.settings import Settings

WORKER_LATE: Final = 120  # seconds without a sign of the worker
_CLOCK: Final = 60.0  # seconds that our clock may be off; NeroPay's tolerance is assumed to be 300
_BUDGET: Final = 8.0


def check_worker(*, is_deploy: bool) -> Finding:
    """Tell whether the worker showed a sign of life lately on this machine."""
    age = heartbeat_age()
    if age is not None and age < WORKER_LATE:
        return ok("worker", f"seen {age:.0f} s ago")
    when = "was never seen" if age is None else f"was last seen {age:.0f} s ago"
    return (wrong if is_deploy else warning)("worker", f"{when}; run: make serve")


def check_neropay(settings: Settings) -> list[Finding]:
    """Ask NeroPay once who we are: a read, which changes nothing there.

    NeroPay being away is no fault of this installation: it is told, and fails nothing.
    """
    try:
        client = NeroPay(
            base_url=settings.neropay_base_url,
            secret_key=settings.neropay_secret_key,
            account=settings.neropay_account,
        )
    except ValueError:
        return [not_known("NeroPay", "its settings are wrong"), not_known("clock", "as NeroPay")]
    try:
        account = client.account.get(budget=_BUDGET)
        found = ok("NeroPay", f"takes the key of {account.name or account.account_id}")
    except Misconfigured as error:
        found = wrong("NeroPay", f"refuses key, account or clock ({error}); see its dashboard")
    except NeroPayError as error:
        found = warning("NeroPay", f"gave no answer now ({error}); the key was not tried")
    finally:
        offset = client.health.clock_offset
        client.close()
    return [found, _judge_clock(offset)]


def _judge_clock(offset: float | None) -> Finding:
    if offset is None:
        return warning("clock", "NeroPay gave no time to compare with; keep it right by NTP")
    if abs(offset) > _CLOCK:
        way = "ahead of" if offset > 0 else "behind"
        return wrong("clock", f"is {abs(offset):.0f} s {way} NeroPay's; set it by NTP")
    return ok("clock", f"is within {max(1.0, abs(offset)):.0f} s of NeroPay's")


def check_mail(settings: Settings, find_problem: Callable[[], str]) -> Finding:
    """Tell whether the mail server lets us in, if there is one.

    Args:
        settings: As far as they could be read.
        find_problem: Signs in and sends nothing; gives what is wrong, or nothing.
    """
    if not settings.smtp_url:
        return ok("SMTP_URL", "is not set: links are shown to be copied instead of sent")
    problem = find_problem()
    if problem:
        return wrong("SMTP_URL", f"the server cannot be used ({problem})")
    return ok("SMTP_URL", "the server lets us in")


def check_queue(settings: Settings) -> Finding:
    """Tell whether the queue answers."""
    problem = queue_problem()
    if problem:
        return wrong("queue", f"cannot be used ({problem})")
    return ok("queue", "Redis answers" if settings.redis_url else "is a file in VAR_DIR")
