"""What keeps a NeroPay in trouble from taking us down, and us from making its trouble worse.

Breaker, bulkhead, retry budget, our own call budget, and a throttle for alarms. All are safe
across threads, and count in one process only. No HTTP here.
"""

from __future__ import annotations

import threading
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from webapp.neropay.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable


class Breaker:
    """Opens after 5 failures in 10 s; then lets one probe through each 5 s."""

    FAILURES = 5
    WINDOW = 10.0
    PROBE_EVERY = 5.0

    def __init__(self, *, clock: Callable[[], float], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failed_at: deque[float] = deque(maxlen=self.FAILURES)
        self._since: datetime | None = None
        self._next_probe = 0.0

    @property
    def since(self) -> datetime | None:
        """When it opened (aware, UTC), or None while it is closed."""
        return self._since

    def is_blocking(self) -> bool:
        """Whether a call now would be refused; takes no probe."""
        return self._since is not None and self._monotonic() < self._next_probe

    def admit(self) -> None:
        """Let a call pass, or the one probe that is due.

        Raises:
            Unavailable: It is open, and no probe is due.
        """
        with self._lock:
            if self._since is None:
                return
            now = self._monotonic()
            if now < self._next_probe:
                raise Unavailable("breaker_open", after=self._next_probe - now)
            # Whatever becomes of this probe, the next is due in its time: nothing can be lost
            # with a thread that never reports back.
            self._next_probe = now + self.PROBE_EVERY

    def succeed(self) -> None:
        """Note a readable answer: NeroPay is there."""
        with self._lock:
            if self._since is not None:
                self._since = None
                self._failed_at.clear()

    def fail(self) -> None:
        """Note a call that did not reach NeroPay or got no readable answer."""
        with self._lock:
            now = self._monotonic()
            self._failed_at.append(now)
            if (
                self._since is None
                and len(self._failed_at) == self.FAILURES
                and now - self._failed_at[0] <= self.WINDOW
            ):
                self._since = datetime.fromtimestamp(self._clock(), UTC)
                self._next_probe = now + self.PROBE_EVERY


class Bulkhead:
    """At most so many calls at once; a few more may wait for their turn, others are refused.

    Waiting holds a thread, and the last one is for pages of our own. So there are only so many
    places to wait for a second; beyond them a call waits a moment, and only while the line moves:
    eight people who save at once are served, and a NeroPay that hangs stops nothing else.
    """

    PATIENCE = 1.0  # seconds, for those who have a place
    MOMENT = 0.25  # for anybody else; the line moves when a call has ended within as much

    def __init__(self, size: int, *, places: int, monotonic: Callable[[], float]) -> None:
        self._condition = threading.Condition()
        self._free = max(1, size)
        self._places = places
        self._waiting = 0
        self._monotonic = monotonic
        self._moved_at = float("-inf")

    def take(self, budget: float) -> bool:
        """Take a slot, if one is or becomes free in time; never longer than `budget` seconds."""
        with self._condition:
            if self._free:
                self._free -= 1
                return True
            until = self._monotonic() + min(budget, self._patience())
            self._waiting += 1
            try:
                while not self._free:
                    left = until - self._monotonic()
                    if left <= 0 or not self._condition.wait(left):
                        break
                is_taken = self._free > 0
                self._free -= is_taken
            finally:
                self._waiting -= 1
            return is_taken

    def give_back(self) -> None:
        """Free the slot that was taken."""
        with self._condition:
            self._free += 1
            self._moved_at = self._monotonic()
            self._condition.notify()

    def _patience(self) -> float:
        if self._waiting < self._places:
            return self.PATIENCE
        is_moving = self._monotonic() - self._moved_at <= self.MOMENT
        return self.MOMENT if is_moving else 0.0


class RetryBudget:
    """Retries that may still be made: two in hand, and a tenth of one for each call that went well.

    While NeroPay fails nothing is added, so from twenty failing calls on, all calls together
    stay within 1.1 times what was asked for.
    """

    SIZE = 2.0
    SHARE = 0.1

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens = self.SIZE

    def earn(self) -> None:
        """Note a call that went well."""
        with self._lock:
            self._tokens = min(self.SIZE, self._tokens + self.SHARE)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        with self._lock:
            # Ten times a tenth is a little less than one.
            if self._tokens < 1.0 - 1e-9:
                return False
            self._tokens = max(0.0, self._tokens - 1.0)
            return True


class Pacer:
    """Our own budget of calls a minute: every call counts, only background calls wait for it.

    A full minute's worth may be spent at once; then it refills evenly.
    """

    LONGEST_PAUSE = 60.0

    def __init__(
        self,
        per_minute: int,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._size = float(max(1, per_minute))
        self._per_second = self._size / 60.0
        self._monotonic = monotonic
        self._sleep = sleep
        self._lock = threading.Lock()
        self._tokens = self._size
        self._refilled_at = monotonic()
        self._paused_until = 0.0

    def count(self) -> None:
        """Note a call that is about to be made."""
        with self._lock:
            self._refill()
            # Calls of people never wait, so they may overdraw, but not without end.
            self._tokens = max(-self._size, self._tokens - 1.0)

    def pause(self, seconds: float) -> None:
        """Hold background calls back, because NeroPay asked for it (at most a minute)."""
        with self._lock:
            until = self._monotonic() + min(seconds, self.LONGEST_PAUSE)
            self._paused_until = max(self._paused_until, until)

    def wait(self) -> None:
        """Sleep until a background call is within the budget."""
        with self._lock:
            now = self._refill()
            missing = max(0.0, 1.0 - self._tokens) / self._per_second
            delay = max(missing, self._paused_until - now)
        if delay > 0.0:
            self._sleep(delay)

    def _refill(self) -> float:
        now = self._monotonic()
        earned = (now - self._refilled_at) * self._per_second
        self._tokens = min(self._size, self._tokens + max(0.0, earned))
        self._refilled_at = now
        return now


class Throttle:
    """Says yes once in a while, for log lines that would repeat with every call."""

    def __init__(self, seconds: float, *, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._next = float("-inf")

    def is_due(self) -> bool:
        """Whether it is time again; a yes starts the next pause."""
        with self._lock:
            now = self._monotonic()
            if now < self._next:
                return False
            self._next = now + self._seconds
            return True
