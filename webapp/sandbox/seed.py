"""Made-up customers and categories, the same for the same numbers each time.

Customer n is the same however many are made; only created_at depends on the number, since
the three years before now are shared out among all of them.
"""

from __future__ import annotations

import bisect
import sqlite3
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from random import Random

from webapp.sandbox import seed_words as words
from webapp.sandbox.customers import stamp
from webapp.sandbox.store import FIRST_CATEGORY, FIRST_CUSTOMER, Store, empty, set_counter

SEED = 20_260_422
DAY = 86_400
MONTHS = 36
MONTH_SECONDS = 3 * 365 * DAY / MONTHS
SEASON = (6, 7, 8, 9, 10, 11, 9, 8, 10, 11, 13, 16)
"""How busy each month of a year is, from January on."""
LONG_EVERY, LONG_FROM = 997, 600
"""So far apart are customers with very long values, and so deep is the first one."""
INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

Row = tuple[int, str, str | None, str | None, str | None, str | None, str | None, str]


def fill(store: Store, *, customers: int, categories: int, now: float) -> None:
    """Replace every record by made-up ones; ledger and idempotency keys are forgotten too.

    Args:
        store: the sandbox's file.
        customers: how many; a million takes some ten seconds.
        categories: how many; the first twelve have names of their own.
        now: Unix time in seconds; the newest customers were created the day before.
    """
    with store.transaction() as connection:
        empty(connection)
        connection.executemany(
            "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", _customers(customers, now)
        )
        connection.executemany(
            "INSERT INTO categories VALUES (?, ?, ?, ?, ?)", _categories(categories)
        )
        _count(connection, customers, categories)


def _count(connection: sqlite3.Connection, customers: int, categories: int) -> None:
    set_counter(connection, "next_customer", FIRST_CUSTOMER + customers)
    set_counter(connection, "customers", customers)
    set_counter(connection, "next_category", FIRST_CATEGORY + categories)


def _categories(count: int) -> Iterator[tuple[int, str, int, int, int]]:
    for number in range(count):
        round_number, index = divmod(number, len(words.CATEGORIES))
        name, is_active, is_used = words.CATEGORIES[index]
        suffix = f" {round_number + 1}" if round_number else ""
        yield FIRST_CATEGORY + number, name + suffix, number + 1, int(is_active), int(is_used)


def _customers(count: int, now: float) -> Iterator[Row]:
    random = Random(SEED)  # noqa: S311 (made-up people, not secrets)
    created = _created(count, now)
    for number in range(count):
        customer_id = FIRST_CUSTOMER + number
        person = _person(random, number)
        if number % LONG_EVERY == LONG_FROM:
            person = _very_long(number // LONG_EVERY)
        yield (customer_id, *person, next(created))


Person = tuple[str, str | None, str | None, str | None, str | None, str | None]


def _person(random: Random, number: int) -> Person:
    """Return one person; draws the same count of random bits whatever comes out."""
    bits = random.getrandbits(128)

    def draw(sides: int) -> int:
        nonlocal bits
        bits, result = divmod(bits, sides)
        return result

    first = words.FIRST_NAMES[draw(len(words.FIRST_NAMES))]
    last = words.LAST_NAMES[draw(len(words.LAST_NAMES))]
    towns = words.CITIES if draw(6) else words.SMALL_TOWNS
    town, outwards, area = towns[draw(len(towns))]
    kind = draw(100)
    name, handle = f"{first} {last}", f"{first}.{last}"
    if kind == 0:
        name = handle = words.ONE_WORD_NAMES[draw(len(words.ONE_WORD_NAMES))]
    elif kind == 1:
        name = handle = words.COMPANY_NAMES[draw(len(words.COMPANY_NAMES))]
    elif kind == 2:
        name = f"Dr {name}"
    email = None if draw(9) == 0 else _email(handle, draw(1000), number, draw(5))
    phone = None if draw(12) == 0 else _phone(area, draw(1000), draw(10))
    if draw(15) == 0:
        return name, email, phone, None, None, None
    codes = outwards.split()
    outward = codes[draw(len(codes))]
    letters = INWARD_LETTERS[draw(20)] + INWARD_LETTERS[draw(20)]
    street = words.STREETS[draw(len(words.STREETS))]
    house = words.HOUSES[draw(len(words.HOUSES))]
    address = f"{draw(140) + 1} {street}" if draw(6) else f"{house}, {draw(90) + 1} {street}"
    postcode = f"{outward} {draw(9) + 1}{letters}"
    return name, email, phone, address, town, postcode


def _email(handle: str, chance: int, number: int, domain: int) -> str:
    """Return an address made from the name; later customers share names, so carry a number."""
    plain = unicodedata.normalize("NFKD", handle.translate(_LETTERS)).encode("ascii", "ignore")
    local = "".join(c for c in plain.decode().lower().replace(" ", "") if c.isalnum() or c in ".-")
    local = local.strip(".-") or "customer"
    suffix = "" if number < 200 else str(number) if number > 20_000 or chance < 300 else ""
    return f"{local}{suffix}@{words.DOMAINS[domain]}"


_LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "ğ": "g"})


def _phone(area: str, digits: int, style: int) -> str:
    """Return a drama number in one of the ten ways that people write them; six are mobiles."""
    mobile, landline = f"07700 900{digits:03}", f"{area}{digits:03}"
    code, _, rest = landline.partition(" ")
    return (
        mobile,
        mobile,
        mobile,
        mobile.replace(" ", ""),
        f"+44 {mobile[1:]}",
        f"{mobile[:5]}-{mobile[6:9]}-{mobile[9:]}",
        landline,
        landline,
        f"({code}) {rest}",
        landline.replace(" ", ""),
    )[style]


def _very_long(number: int) -> Person:
    """Return a person whose values are as long as the rules let them be."""
    name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh "
    address = "The Granary, Lower Upper Farm Buildings, off Old Turnpike Lane, "
    domain = ".".join(["a-rather-long-name-for-a-domain"] * 5)
    return (
        (name * 5)[:250].rstrip() + f" {number:04}",
        f"{'a.very.long.mailbox.name.' * 2}{number}@{domain}.example",
        "+44 (0) 7700 900 123 ext. 004567",
        (address * 4)[:255].rstrip(" ,"),
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogoch",
        "LL61 5UJ",
    )


def _created(count: int, now: float) -> Iterator[str]:
    """Return times that rise over three years, in opening hours, with busy and quiet months."""
    start = now - now % DAY - MONTHS * MONTH_SECONDS
    january = -datetime.fromtimestamp(start, UTC).month + 1
    weights = [SEASON[(month - january) % 12] * (1 + month / MONTHS) for month in range(MONTHS)]
    sums = [0.0, *accumulate(weights)]
    for number in range(count):
        position = (number + 0.5) / count * sums[-1]
        month = bisect.bisect_right(sums, position) - 1
        share = (position - sums[month]) / weights[month]
        days, part = divmod(start + (month + share) * MONTH_SECONDS, DAY)
        yield stamp(days * DAY + DAY * (0.35 + 0.4 * part / DAY))
