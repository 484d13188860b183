"""Memory of processes: PSS, which counts a page shared by several of them once in all."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one or several processes, in MB."""

    total: float
    anonymous: float  # of that: its own, not pages of files that can be dropped
    processes: int

    def __str__(self) -> str:
        return f"{self.total:.0f} MB (anonymous {self.anonymous:.0f})"


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in path.read_text().split():
                found += family(int(child))
    return found


def measure(pids: list[int]) -> Memory:
    """Sum of the PSS of processes that exist."""
    total = anonymous = count = 0
    for pid in pids:
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
            sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
            total += sizes["Pss"]
            anonymous += sizes["Pss_Anon"]
            count += 1
    return Memory(total / 1024, anonymous / 1024, count)
