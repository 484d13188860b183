"""What templates can say about a value: dates, numbers, phones, marks of a search.

Filters take plain values and give text; the ones that give markup build it with `Markup.join`
and templates in `macros/`, never by hand. All are quick enough for each cell of a table, except
`phone`, which loads the numbering plans on its first use.

Not here: the words of messages (`messages`), the SVG of icons (`icons` and its macro).
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from flask import current_app
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from flask import Flask

_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_NOT_DIALLED: Final = re.compile(r"[^0-9+*#]")
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff]"
)
_EMAIL: Final = re.compile(r"[^\s@<>\"'?&%#]+@[^\s@<>\"'?&%#]+")


def date_time(moment: datetime | None) -> str:
    """Write a moment as "22 Apr 2026, 11:00" in the setting's time zone; "" for None."""
    if moment is None:
        return ""
    local = _local(moment)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}"


def day(moment: datetime | date | None) -> str:
    """Write a day as "22 Apr 2026" in the setting's time zone; "" for None."""
    if moment is None:
        return ""
    local = _local(moment) if isinstance(moment, datetime) else moment
    return _day(local)


def days_of(moments: Sequence[datetime | None]) -> list[str]:
    """Write the days of a whole column as `day` does; fifty calls of that find the zone anew."""
    zone = _zone()
    return ["" if moment is None else _day_there(moment, zone) for moment in moments]


def month_name(moment: date) -> str:
    """Write a month in three letters: "Apr"."""
    return _MONTHS[moment.month - 1]


def clock_time(moment: datetime | None) -> str:
    """Write the time of day, "11:04", in the setting's time zone; "" for None."""
    return "" if moment is None else f"{_local(moment):%H:%M}"


def clock_seconds(moment: datetime) -> str:
    """Write the time of day to the second, "11:04:09", in the setting's time zone."""
    return f"{_local(moment):%H:%M:%S}"


def exact_time(moment: datetime) -> str:
    """Write a moment to the second with its zone: "Wednesday 22 April 2026, 11:00:09 BST"."""
    return f"{_local(moment):%A %-d %B %Y, %H:%M:%S %Z}"


def iso_time(moment: datetime) -> str:
    """Write a moment for the `datetime` attribute, in UTC."""
    return f"{_utc(moment):%Y-%m-%dT%H:%M:%SZ}"


def number(value: float) -> str:
    """Write a number with thousands separators: "4,210"."""
    return f"{value:,}"


@lru_cache(maxsize=4096)
def phone(raw: str | None) -> str:
    """Write a phone number the national way ("020 7946 0018"), a foreign one with its country.

    Args:
        raw: As typed or stored.

    Returns:
        The number as people read it out; `raw` itself when it is not a possible number.
    """
    parsed = _parse_phone(raw or "")
    if parsed is None:
        return raw or ""
    import phonenumbers  # 30 ms and 8 MB, for the pages that show one

    is_british = parsed.country_code == 44  # the country calling code
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if is_british else style.INTERNATIONAL)


@lru_cache(maxsize=4096)
def tel(raw: str | None) -> str:
    """Give the `tel:` address for a number, with country code when it can be told."""
    parsed = _parse_phone(raw or "")
    if parsed is None:
        return "tel:" + _NOT_DIALLED.sub("", raw or "")
    return f"tel:+{parsed.country_code}{'0' if parsed.italian_leading_zero else ''}" + str(
        parsed.national_number
    )


def mailto(address: str | None) -> str:
    """Give the `mailto:` address, or "" when the text is not plainly one e-mail address."""
    text = address or ""
    return "mailto:" + text if _EMAIL.fullmatch(text) else ""


def initials(name: str | None) -> str:
    """Give one or two letters for an avatar: of the first word and the last."""
    words = [word for word in re.split(r"[\s\-'.,()]+", name or "") if word and word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def visible(text: str | None) -> str:
    """Show characters that hide or reorder text as marks: control ones as "␀", others as "⟨202E⟩".

    Everything that came from outside and might hold them goes through here: the text then cannot
    pretend to be another text, and still shows that something is in it.
    """
    value = text or ""
    return _HIDDEN.sub(_show, value) if _HIDDEN.search(value) else value


def mark(text: str | None, terms: Sequence[str]) -> Markup:
    """Mark where words of a search occur, whatever their case and accents.

    A word of digits is found in a number however that is grouped ("79460018" in "020 7946 0018").

    Args:
        text: What is shown; escaped here.
        terms: The words looked for. An empty one marks nothing.

    Returns:
        Escaped text with `<mark>` around each match; overlapping matches become one.
    """
    value = visible(text)
    spans = _matches(value, terms) if terms and value else ()
    if not spans:
        return escape(value)
    pieces: list[str] = []
    end = 0
    for start, stop in spans:
        # visible() has left no control character, so these two can stand for the tags meanwhile
        pieces += (value[end:start], "\x02", value[start:stop], "\x03")
        end = stop
    escaped = str(escape("".join([*pieces, value[end:]])))
    return Markup(escaped.replace("\x02", "<mark>").replace("\x03", "</mark>"))  # noqa: S704  # escaped above


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun: "1 customer", "4,210 customers"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def register(app: Flask) -> None:
    """Give the templates of `app` these filters, by their names here."""
    for function in (
        *(date_time, month_name, clock_time, exact_time, iso_time, number, phone, tel, mailto),
        *(initials, visible, mark, plural),
    ):
        app.jinja_env.filters[function.__name__] = function


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Take case and accents away, remembering where each character came from.

    Returns:
        The folded text, and for each of its characters the index in `text`.
    """
    if text.isascii():
        return text.lower(), range(len(text))
    folded: list[str] = []
    origin: list[int] = []
    for index, char in enumerate(text):
        for part in unicodedata.normalize("NFKD", char.casefold()):
            if not unicodedata.combining(part):
                folded.append(part)
                origin.append(index)
    return "".join(folded), origin


@lru_cache(maxsize=512)
def _folded(term: str) -> str:
    return fold(term)[0]


def _matches(text: str, terms: Iterable[str]) -> list[tuple[int, int]]:
    folded, origin = fold(text)
    found: list[tuple[int, int]] = []
    for term in terms:
        wanted = _folded(term)
        before = len(found)
        _find_all(folded, origin, wanted, found)
        if len(found) == before and len(wanted) > 1 and wanted.isdigit():
            places = [at for at, char in enumerate(folded) if char.isdigit()]
            digits = "".join(folded[at] for at in places)
            _find_all(digits, [origin[at] for at in places], wanted, found)
    if not text.isascii():
        found = [(start, _past_accents(text, stop)) for start, stop in found]
    if len(found) < 2:
        return found
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((start, stop))
    return merged


def _past_accents(text: str, stop: int) -> int:
    while stop < len(text) and unicodedata.combining(text[stop]):
        stop += 1
    return stop


def _find_all(
    folded: str, origin: Sequence[int], wanted: str, found: list[tuple[int, int]]
) -> None:
    at = folded.find(wanted) if wanted else -1
    while at >= 0:
        found.append((origin[at], origin[at + len(wanted) - 1] + 1))
        at = folded.find(wanted, at + len(wanted))


def _parse_phone(raw: str) -> Any:
    if not any(char.isdigit() for char in raw) or len(raw) > 40:
        return None
    import phonenumbers  # see phone()

    try:
        parsed = phonenumbers.parse(raw, "GB")
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None


def _show(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨{code:04X}⟩"


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _day(local: date) -> str:
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


@lru_cache(maxsize=4096)
def _day_there(moment: datetime, zone: ZoneInfo) -> str:
    return _day(_in_zone(moment, zone))


@lru_cache(maxsize=4096)
def _in_zone(moment: datetime, zone: ZoneInfo) -> datetime:
    return _utc(moment).astimezone(zone)


def _local(moment: datetime) -> datetime:
    return _in_zone(moment, _zone())


def _zone() -> ZoneInfo:
    zone: ZoneInfo = current_app.extensions["tillside.ui"].zone
    return zone
