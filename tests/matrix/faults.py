"""The faults of the line: what becomes of a request and of its answer on their way."""

from __future__ import annotations

from tests.matrix.ends import Fault, refused, unknown

# Enough for everything here but what waits for ever, on a machine that is busy with other things.
HASTY = 0.5
_LOST = "connection_lost|cut_answer"


def _unsent(name: str, place: str, code: str, most_seconds: float = float("inf")) -> Fault:
    end = refused("unavailable", code)
    return Fault(name, write=end, read=end, place=place, most_seconds=most_seconds)


CONNECTING = (
    _unsent("connection refused", "closed", "connection_refused"),
    _unsent("name not resolved", "no_name", "name_not_resolved"),
    _unsent("connect time-out", "silent", "(connect_)?timed_out", HASTY),
    _unsent("TLS expired", "expired", "tls_failed"),
    _unsent("TLS wrong name", "wrong_name", "tls_failed"),
    _unsent("TLS self-signed", "self_signed", "tls_failed"),
    _unsent("TLS spoken to by plain HTTP", "plain", "tls_failed"),
    Fault("TLS as it should be", place="good"),
)


def _slow(name: str, effects: int, **spec: object) -> Fault:
    return Fault(
        name,
        spec,
        unknown("timed_out", effects),
        refused("unavailable", "timed_out"),
        most_seconds=HASTY,
    )


TIMES = (
    _slow("time-out before the effect", 0, action="wait", when="before"),
    _slow("time-out after the effect", 1, action="wait", when="after"),
    _slow("drip of headers", 1, action="drip", part="head", rate=10),
    _slow("drip of the body", 1, action="drip", part="body", rate=4),
)
LOSSES = (
    Fault(
        "reset before the effect",
        {"action": "reset", "when": "before"},
        unknown("connection_lost"),
        refused("unavailable", "connection_lost"),
    ),
    Fault(
        "closed before the effect",
        {"action": "close", "when": "before"},
        unknown("connection_lost"),
        refused("unavailable", "connection_lost"),
    ),
    Fault(
        "reset before the answer",
        {"action": "reset", "when": "after"},
        unknown("connection_lost", 1),
        refused("unavailable", "connection_lost"),
    ),
    Fault(
        "reset in the answer",
        {"action": "reset", "when": "during"},
        unknown(_LOST, 1),
        # Which of the two it is depends on whether the half answer was read before the reset.
        refused("unavailable|bad_response", _LOST),
    ),
    Fault(
        "cut answer",
        {"action": "cut"},
        unknown("cut_answer", 1),
        refused("bad_response", "cut_answer"),
    ),
    Fault(
        "cut headers",
        {"action": "cut", "part": "head", "at": 0.3},
        unknown("unreadable_answer|" + _LOST, 1),
        refused("unavailable|bad_response", "unreadable_answer|" + _LOST),
        ends={"open": None},  # its 404 can be read in what is left
    ),
    Fault("reset of an idle connection", {"action": "idle", "when": "next"}, is_warm=True),
    Fault("an idle connection closed", {"action": "idle", "when": "now"}, is_warm=True),
)
CLOCKS = (
    Fault("NeroPay's clock a day ahead", {"action": "date", "offset": 86_400}),
    Fault(
        "our clock off by 10 minutes",
        write=refused("misconfigured", "invalid_signature"),
        ends={"look": None},
        ahead=600,
    ),
)
