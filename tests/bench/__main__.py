"""`make bench`: seed, run, measure, print. See the options with `--help`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.bench import report
from tests.bench.measure import ROUNDS, WRITES, Loader

SECTIONS = ("activity", "sign-in")  # names for --only, beside those of cases
_SYNCED = 100_000  # customers of the first sync, unless told otherwise


def main() -> None:
    """Measure each size in turn."""
    options = _options()
    loader = Loader()  # first: it is a copy of this process as it is now
    sizes = [int(part) for part in options.sizes.split(",")]
    try:
        for count in sizes if options.only not in SECTIONS else ():
            _measure_size(loader, count, options)
        for section in SECTIONS:
            if options.only in {"", section}:
                _measure_section(section, loader, sizes[0], options)
        if options.sync and not options.only:
            _measure_sync(loader, options)
    finally:
        loader.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--sizes", default="1000,100000", help="customers: 1000,10000,100000,1000000"
    )
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument(
        "--only",
        default="",
        help="cases whose name contains this, or a section: " + ", ".join(SECTIONS),
    )
    parser.add_argument("--sync", type=int, default=_SYNCED, help="customers to sync; 0: none")
    return parser.parse_args()


def _measure_size(loader: Loader, count: int, options: argparse.Namespace) -> None:
    from tests.bench import cases, measure, whole
    from tests.bench.site import running_site

    report.say(f"\n## {count:,} customers, {options.database}; {whole.machine()}\n")
    with (
        tempfile.TemporaryDirectory(prefix="tillside-bench-") as name,
        running_site(count, options.database, Path(name)) as site,
    ):
        report.begin_table()
        for case in cases.read_cases(site, count):
            if options.only in case.name:
                report.add_line(measure.measure_reading(loader, site, case, options.rounds))
        busy = whole.web_memory(site)
        for case in cases.write_cases(site, count, (options.rounds + 4) * WRITES):
            if options.only in case.name:
                report.add_line(measure.measure_writing(loader, site, case, options.rounds))
        if options.only:
            return
        first, again = whole.visits(site)
        report.add_figures(
            (
                ("web processes, busy, PSS", str(busy), "≤ 160 MB"),
                (
                    "cold start to the first page",
                    f"{whole.cold_start(site.env, Path(name)):.2f} s",
                    "≤ 1.5 s",
                ),
                ("first visit to the customers page", _visit(first), "≤ 100 kB, ≤ 8 requests"),
                ("a repeated visit", _visit(again), "≤ 8 kB"),
            )
        )


def _measure_section(section: str, loader: Loader, count: int, options: argparse.Namespace) -> None:
    from tests.bench import sign_in, trail
    from tests.bench.site import running_site

    report.say(f"\n## {section}, {count:,} customers, {options.database}\n")
    more = sign_in.PROXY if section == "sign-in" else {}
    with (
        tempfile.TemporaryDirectory(prefix="tillside-bench-") as name,
        running_site(count, options.database, Path(name), more=more) as site,
    ):
        (sign_in if section == "sign-in" else trail).measure(loader, site)


def _measure_sync(loader: Loader, options: argparse.Namespace) -> None:
    from tests.bench import whole
    from tests.bench.site import running_site

    report.say(f"\n## First sync of {options.sync:,} customers, {options.database}\n")
    with (
        tempfile.TemporaryDirectory(prefix="tillside-bench-") as name,
        running_site(options.sync, options.database, Path(name), is_empty=True) as site,
    ):
        sync = whole.first_sync(loader, site, Path(name))
    report.begin_table()
    for result in sync.meanwhile:
        report.add_line(result)
    report.add_figures(
        (
            (f"first sync, {sync.rows:,} rows", f"{sync.seconds:.1f} s", "≤ 60 s (100,000)"),
            ("worker meanwhile, PSS", str(sync.memory), "≤ 150 MB"),
        )
    )


def _visit(visit: object) -> str:
    from tests.bench.whole import Visit

    assert isinstance(visit, Visit)
    return f"{visit.wire / 1000:.1f} kB, {visit.requests} requests"


if __name__ == "__main__":
    main()
