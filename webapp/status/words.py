"""What the status page says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from webapp.ui.filters import exact_time

if TYPE_CHECKING:
    from webapp.status.service import Status
    from webapp.writes.waiting import Ability

OPERATIONS: Final = {
    "customers.list": "List customers",
    "customers.get": "Look up one customer",
    "customers.create": "Add customers",
    "customers.update": "Change customers",
    "categories.list": "List categories",
    "categories.create": "Add categories",
    "categories.delete": "Delete categories",
    "account.get": "Say whose key this is",
}
ANSWERS: Final = "NeroPay answers."
ASKED: Final = "NeroPay answered just now."
_CLOCK_TOLERANCE: Final = 60  # seconds; half a minute more and signatures come near their limit


def not_answered(code: str) -> str:
    """Say that NeroPay was asked and did not answer as hoped for."""
    return f"NeroPay did not answer: {code.replace('_', ' ')}."


def clock(offset: float | None) -> str:
    """Say how our clock and NeroPay's differ.

    Args:
        offset: Seconds that ours is ahead; None when it is not known.
    """
    if offset is None:
        return "not known yet"
    if abs(offset) < 2:  # the Date header has whole seconds
        return "the same as ours"
    seconds = f"{abs(offset):.0f} seconds {'behind' if offset > 0 else 'ahead of'} ours"
    if abs(offset) > _CLOCK_TOLERANCE:
        return f"{seconds}: set this server’s clock, or NeroPay will refuse our signatures"
    return seconds


def for_support(status: Status, request_id: str) -> str:
    """Give the text to send to NeroPay's support: nothing of customers, and no key."""
    merchant, away = status.merchant, status.away
    is_away = f"{away.reason} since {exact_time(away.since)} ({away.code})" if away else "answers"
    lines = [
        f"NeroPay API: {status.host}, key ending in {status.key_end}",
        f"Account: {merchant.account_id if merchant else 'not known'}"
        + (f", acting for {status.account}" if status.account else ""),
        f"State: {is_away}",
        f"NeroPay's clock: {clock(merchant.clock_offset if merchant else None)}",
        f"Last complete copy: {_time(status)}",
        f"Changes not confirmed: {status.open_writes}",
        "What NeroPay answered in the last hour:",
    ]
    lines += [f"  {name}: {_short(ability)}" for name, ability in status.abilities.items()]
    lines.append(f"Reference: {exact_time(status.at)}, {request_id}")
    return "\n".join(lines)


def _time(status: Status) -> str:
    finished_at = status.sync.finished_at
    return exact_time(finished_at) if finished_at else "none yet"


def _short(ability: Ability | None) -> str:
    if ability is None:
        return "not asked"
    at = exact_time(ability.told_at)
    if ability.is_allowed:
        return f"allowed, {at}"
    return f"refused, {at}, {ability.status or '-'} {ability.code} {ability.message}".rstrip()
