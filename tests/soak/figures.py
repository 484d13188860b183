"""What a soak is told and what it finds, as a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """How much is to be done.

    Attributes:
        databases: "sqlite", "postgresql" or both.
        kills: On each database.
        reloads: On each database.
        rounds: Repetitions of the fault matrix.
        seconds: Of each load with a fixed length.
    """

    databases: Sequence[str]
    kills: int
    reloads: int
    rounds: int
    seconds: int = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        name: What was counted or measured.
        value: As it is to be read.
        wanted: What it has to be; "" for what only informs.
        is_met: Whether it is so.
    """

    name: str
    value: str
    wanted: str = ""
    is_met: bool = True


Part = Callable[[Options], Iterable[Figure]]


def say(line: str) -> None:
    """Print a line at once: a soak takes long."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def print_table(figures: Iterable[Figure]) -> bool:
    """Print figures as they come; tell whether all are met."""
    is_met = True
    say("| figure | is | wanted | |")
    say("|---|---|---|---|")
    for figure in figures:
        mark = "" if not figure.wanted else "met" if figure.is_met else "NOT MET"
        say(f"| {figure.name} | {figure.value} | {figure.wanted} | {mark} |")
        is_met = is_met and figure.is_met
    return is_met
