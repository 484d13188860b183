"""The table, in Markdown, on standard output as it grows."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.bench.measure import Result

_HEAD = (
    "| what | p50 ms | p95 | p99 | floor | × floor | figure |"
    " 8: req/s | of floor | p50 | p95 | p99 | p99 × floor | HTML | wire |"
)


def say(text: str = "") -> None:
    """Print a line now."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def begin_table() -> None:
    """Print the head; the columns after `8:` are at eight connections."""
    say(_HEAD)
    say("|---" + "|---:" * (_HEAD.count("|") - 2) + "|")


def add_line(result: Result) -> None:
    """Print what was measured of one case; a figure that was missed has an exclamation mark."""
    mark = "" if result.is_reached else " !"
    cells = [
        result.name,
        f"{result.p50:.2f}",
        f"{result.p95:.2f}",
        f"{result.p99:.2f}",
        f"{result.floor:.2f}",
        f"{result.ratio:.1f}{mark}",
        f"≤ {result.figure:g}",
        f"{result.many_per_second:.0f}",
        f"{result.many_share:.2f}" if result.many_share else "",
        f"{result.many_p50:.1f}",
        f"{result.many_p95:.1f}",
        f"{result.many_p99:.1f}",
        f"{result.many_p99_ratio:.1f}" if result.many_p99_ratio else "",
        f"{result.raw:,}" if result.raw else "",
        f"{result.packed:,}" if result.packed else "",
    ]
    say(f"| {' | '.join(cells)} |")


def add_figures(rows: Iterable[tuple[str, str, str]]) -> None:
    """Print a table of single figures: what, measured, to reach."""
    say()
    say("| what | measured | figure |")
    say("|---|---:|---:|")
    for row in rows:
        say(f"| {' | '.join(row)} |")
