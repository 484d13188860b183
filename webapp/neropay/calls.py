"""One call to NeroPay from its budget to its end: the only layer that tries again.

Bulkhead, breaker, pacing, signing of each attempt, retries, logging, health. What an answer
means is decided in `answers`; which calls exist, in `api`.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tenacity import Retrying, retry_if_exception

from webapp.neropay.abilities import Abilities
from webapp.neropay.answers import TransportError, from_transport, judge, unreadable_data
from webapp.neropay.errors import (
    BadResponse,
    Misconfigured,
    NeroPayError,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from webapp.neropay.headers import clock_offset
from webapp.neropay.line import Line
from webapp.neropay.models import Health
from webapp.neropay.parsing import Envelope
from webapp.neropay.reports import Attempt, Report
from webapp.neropay.resilience import Breaker, Bulkhead, Pacer, RetryBudget
from webapp.neropay.retrying import in_view_of_earlier, may_try_again, pause
from webapp.neropay.signing import write_headers
from webapp.neropay.texts import clean_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tenacity import RetryCallState

    from webapp.neropay.answers import Answer
    from webapp.neropay.transport import Transport

MOST_ATTEMPTS: Final = 3
_DEFAULT_PAUSE: Final = 5.0
_TROUBLE: Final = (Unavailable, OutcomeUnknown, BadResponse)
# NeroPay is there and speaks its own format: no reason to open the breaker.
_IS_THERE: Final = frozenset({"unreadable_data", "success_on_error_status"})


@dataclass(slots=True)
class Call:
    """One call and how far it has come.

    Attributes:
        method: The HTTP method.
        path: Below the base URL, with its query.
        template: The path for the log, without ids.
        wants: What `data` has to be.
        record_id: The record that the answer has to be about.
        body: The raw body of a write.
        key: The Idempotency-Key; None for a read.
        is_background: Whether it waits for our own budget of calls.
        deadline: By the monotonic clock; set when it starts.
        attempt: Counted from 1.
        unknown: The last attempt that may have taken effect.
    """

    method: str
    path: str
    template: str
    wants: Literal["record", "list", "anything"] = "record"
    record_id: str | None = None
    body: bytes = b""
    key: str | None = None
    is_background: bool = False
    deadline: float = 0.0
    attempt: int = 0
    unknown: OutcomeUnknown | None = None


class Caller:
    """Makes calls with one secret key; shared by all threads of a process."""

    def __init__(
        self,
        *,
        base_url: str,
        secret_key: str,
        account: str | None,
        max_concurrent: int,
        max_waiting: int,
        calls_per_minute: int,
        most_seconds: float,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self.base_url = base_url
        self._secret_key = secret_key
        self._most_seconds = most_seconds
        self._headers = {
            "Authorization": f"Bearer {secret_key}",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": "Tillside",
        }
        if account:
            self._headers["NeroPay-Account"] = account
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._bulkhead = Bulkhead(max_concurrent, places=max_waiting, monotonic=monotonic)
        self._breaker = Breaker(clock=clock, monotonic=monotonic)
        self._retries = RetryBudget()
        self._pacer = Pacer(calls_per_minute, monotonic=monotonic, sleep=sleep)
        self._report = Report(monotonic=monotonic)
        self.line = Line()
        self.abilities = Abilities()
        self._last_error_code: str | None = None
        self._transport: Transport | None = None
        self._lock = threading.Lock()
        self._local = threading.local()

    @property
    def health(self) -> Health:
        """How the line looks now."""
        since = self._breaker.since
        return Health(since is not None, since, self._last_error_code, self._report.clock_offset)

    def calls_made(self) -> int:
        """How many requests this thread has sent so far."""
        made: int = getattr(self._local, "calls", 0)
        return made

    def run(self, call: Call, *, budget: float) -> Envelope:
        """Make a call, trying again where that is safe and there is time.

        Args:
            call: What to ask; used once.
            budget: Seconds for all attempts together. Waiting for our own budget of calls
                (background only) comes before.

        Raises:
            NeroPayError: What came instead of a success.
        """
        if call.is_background or getattr(self._local, "is_background", False):
            self._pacer.wait()
        budget = min(budget, self._most_seconds)
        call.deadline = self._monotonic() + budget
        if not self._bulkhead.take(budget):
            error = Unavailable("bulkhead_full")
            self._report.failure(error, self._facts(call, None, self._monotonic()))
            raise error
        try:
            return self._try(call)
        finally:
            self._bulkhead.give_back()

    def _try(self, call: Call) -> Envelope:
        """Make the first attempt, and only when that fails, what it takes to try again."""
        try:
            return self._attempt(call)
        except NeroPayError as error:
            failed = [error]

        def attempt() -> Envelope:
            if failed:
                raise failed.pop()
            return self._attempt(call)

        retrying = Retrying(
            retry=retry_if_exception(may_try_again),
            wait=pause,
            stop=lambda state: self._is_enough(call, state),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(attempt)

    @contextmanager
    def background(self) -> Iterator[None]:
        """Let this thread's calls wait for our own budget of calls."""
        before = getattr(self._local, "is_background", False)
        self._local.is_background = True
        try:
            yield
        finally:
            self._local.is_background = before

    def close(self) -> None:
        """Close every connection."""
        if self._transport is not None:
            self._transport.close()

    def _attempt(self, call: Call) -> Envelope:
        call.attempt += 1
        started = self._monotonic()
        status: int | None = None
        try:
            self._breaker.admit()
            answer = self._send(call)
            status = answer.status
            offset = clock_offset(answer.headers, self._clock())
            self._report.clock(offset, self._facts(call, status, started))
            envelope = judge(answer, method=call.method, now=self._clock())
            if not _is_wanted(call, envelope.data):
                raise unreadable_data(call.method, status)
        except NeroPayError as error:
            self._note_error(error)
            self.abilities.note(call.method, call.template, error)
            self._report.failure(error, self._facts(call, status, started))
            raise in_view_of_earlier(call, error) from error.__cause__
        self._note_answer()
        self.abilities.note(call.method, call.template, None)
        self._report.success(self._facts(call, status, started))
        return envelope

    def _send(self, call: Call) -> Answer:
        left = call.deadline - self._monotonic()
        if left <= 0:
            raise Unavailable("no_time_left")
        headers = dict(self._headers)
        if call.key is not None:
            now = int(self._clock())
            headers |= write_headers(self._secret_key, now, call.body, call.key)
        self._local.calls = self.calls_made() + 1
        self._pacer.count()
        try:
            return self._connected().send(call.method, call.path, headers, call.body, seconds=left)
        except TransportError as error:
            raise from_transport(error, method=call.method) from error

    def _connected(self) -> Transport:
        if self._transport is None:
            # Requests takes a third of a web process's start and is not needed for pages.
            from webapp.neropay.transport import Transport

            with self._lock:
                self._transport = self._transport or Transport(self.base_url)
        return self._transport

    def _facts(self, call: Call, status: int | None, started: float) -> Attempt:
        ms = (self._monotonic() - started) * 1000
        return Attempt(call.method, call.template, status, ms, call.attempt)

    def _is_enough(self, call: Call, state: RetryCallState) -> bool:
        """Whether to give up after a failed attempt; a no takes a token of the retry budget."""
        return (
            call.attempt >= MOST_ATTEMPTS
            or self._monotonic() + state.upcoming_sleep >= call.deadline
            or self._breaker.is_blocking()
            or not self._retries.spend()
        )

    def _note_answer(self) -> None:
        self._breaker.succeed()
        self.line.note(None)
        self._retries.earn()
        self._last_error_code = None

    def _note_error(self, error: NeroPayError) -> None:
        if error.code in {"breaker_open", "no_time_left"}:
            return
        if isinstance(error, _TROUBLE) and error.code not in _IS_THERE:
            self._breaker.fail()
        else:
            self._breaker.succeed()
            self._retries.earn()
        if isinstance(error, RateLimited):
            self._pacer.pause(_DEFAULT_PAUSE if error.after is None else error.after)
        is_ours = isinstance(error, (*_TROUBLE, RateLimited, Misconfigured))
        self.line.note(error, is_open=self._breaker.since is not None)
        self._last_error_code = error.code if is_ours else None


def _is_wanted(call: Call, data: object) -> bool:
    if call.wants == "list":
        return isinstance(data, list)
    if call.wants == "record":
        if not isinstance(data, dict):
            return False
        return call.record_id is None or clean_id(data.get("id", call.record_id)) == call.record_id
    return True
