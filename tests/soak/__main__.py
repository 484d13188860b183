"""`make soak`: long runs of what must never go wrong. See the options with `--help`."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tests.soak.figures import Options, print_table, say

if TYPE_CHECKING:
    from tests.soak.figures import Part

# In this order; each is a module here with a function `run(options)` that gives its figures.
PARTS = ("matrix", "hanging", "storm", "backlog", "reloads", "kills")


def main() -> int:
    """Run the parts that were asked for; the exit code says whether all figures are met."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part instead of all")
    parser.add_argument("--db", default="sqlite,postgresql")
    parser.add_argument("--kills", type=int, default=200, help="on each database")
    parser.add_argument("--reloads", type=int, default=20, help="on each database")
    parser.add_argument("--rounds", type=int, default=50, help="of the fault matrix")
    parser.add_argument("--seconds", type=int, default=60, help="of hanging and storm")
    given = parser.parse_args()
    databases = given.db.split(",")
    options = Options(databases, given.kills, given.reloads, given.rounds, given.seconds)
    is_met = True
    for name in [given.only] if given.only else PARTS:
        say(f"\n## {name}\n")
        is_met = print_table(_part(name)(options)) and is_met
    return 0 if is_met else 1


def _part(name: str) -> Part:
    module = f"tests.soak.{name}"
    if find_spec(module) is None:
        sys.exit(f"There is no part {name} here.")
    part: Part = import_module(module).run
    return part


if __name__ == "__main__":
    sys.exit(main())
