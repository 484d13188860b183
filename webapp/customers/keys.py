"""Keys for finding and sorting: how text is folded, and what a query is split into.

The one place that decides what "the same letters" means. Both sides of every comparison go
through here: the keys stored beside a record, and what a person types. `fold` works character
by character, so a piece of a field folds to a piece of the folded field; search rests on that.
No database and no request here.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC
from typing import TYPE_CHECKING

from webapp.customers.phones import digit_runs, joined_digits, number_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

__all__ = ["NO_TOWN", "created_key", "digits_of", "fold", "keys_of", "phone_key", "terms_of"]

NO_TOWN = "\uffff"  # sorts behind every town
MAX_FIELD = 512  # characters of one folded field that are kept for finding and sorting
MAX_QUERY = 512  # characters of a query that are looked at
MAX_TERMS = 8
MAX_TERM = 64  # characters of one term
_JOINED_FROM = 5  # digits from which a query of digits alone is one number, however spaced

# Letters that Unicode does not take apart, and signs that people type in their plain form.
_PLAIN = str.maketrans(
    {
        **dict(zip("øłđðħ", "olddh", strict=True)),
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\u0131": "i",  # Turkish i without its dot
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"),  # apostrophes
        **dict.fromkeys("\u2010\u2011\u2013\u2014\u2212", "-"),  # hyphens, dashes, a minus
    }
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
_MARKS_IN_NAMES = re.compile(r"[^\w]+")
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_MANY_DIGITS = re.compile(rf"(?:\d[+()./\- ]*){{{_JOINED_FROM}}}", re.ASCII)
_BRITISH_POSTCODE = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?)([0-9][a-z]{2})")


def fold(text: str) -> str:
    """Fold text so that case, accents, invisible characters and spacing do not matter.

    Args:
        text: Anything, also with control characters or lone surrogates.

    Returns:
        Words of lower-case letters without accents, joined by single spaces.
    """
    if text.isascii():
        if not text.isprintable():
            text = "".join(c for c in text if c.isspace() or c.isprintable())
        return " ".join(text.lower().replace("`", "'").split())
    text = unicodedata.normalize("NFKD", text.translate(_PLAIN)).casefold()
    text = "".join(map(_visible, text))
    return " ".join(text.translate(_PLAIN).split())


def _visible(character: str) -> str:
    """Drop what cannot be seen, write any script's digits as 0 to 9, leave the rest."""
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return "" if category in _INVISIBLE else character


def digits_of(text: str) -> str:
    """Give the digits of a phone number as typed; the (0) of `+44 (0)20 …` is none of them."""
    return joined_digits(fold(text))


def phone_key(text: str) -> str:
    """Give one key for all ways to write the same phone number (see `phones.number_key`)."""
    return number_key(fold(text))


def terms_of(q: str) -> tuple[str, ...]:
    """Split what a person typed into the terms that every row found must contain.

    Digits spread over phone punctuation are one term (`07700 900 123`), anything else is split
    at white space. At most 8 terms of 64 characters are used, of at most 512 characters.

    Args:
        q: The query as typed.

    Returns:
        Folded terms, each at least one character; empty when there is nothing to look for.
    """
    folded = fold(q[:MAX_QUERY])
    digits = joined_digits(folded)
    if len(digits) >= _JOINED_FROM and digit_runs(folded) == (folded,):
        international = digits.removeprefix("00")
        return (international[:MAX_TERM],) if international else (digits[:MAX_TERM],)
    return tuple(dict.fromkeys(word[:MAX_TERM] for word in folded.split()))[:MAX_TERMS]


def keys_of(
    values: Mapping[str, str | None], created_at: datetime | None, customer_id: str
) -> dict[str, str]:
    """Make the stored keys of one customer.

    Args:
        values: The six fields by their names in NeroPay; absent ones count as empty.
        created_at: Aware moment, or None when NeroPay did not say.
        customer_id: NeroPay's id.

    Returns:
        `name_key`, `city_key`, `created_key`, `email_key`, `phone_key` and `search_text`. The
        last starts and ends with a space, so a space before a term means a word's beginning
        and any two characters of it are followed by a third.
    """
    name, email, phone, address, city, postcode = (
        fold(values.get(field) or "")[:MAX_FIELD]
        for field in ("name", "email", "phone", "address1", "city", "postcode")
    )
    number = phone_key(values.get("phone") or "")
    words: dict[str, None] = dict.fromkeys(name.split())
    words |= dict.fromkeys(_name_variants(name))
    words |= dict.fromkeys(email.split())
    words |= dict.fromkeys(_phone_words(phone, number))
    words |= dict.fromkeys(f"{address} {city} {postcode}".split())
    words |= dict.fromkeys([*_postcode_words(postcode), *fold(customer_id).split()])
    for field in (name, email, address, city, postcode):
        words |= dict.fromkeys(_spread_digits(field))
    words.pop("", None)
    return {
        "name_key": name,
        "city_key": city or NO_TOWN,
        "created_key": "" if created_at is None else created_key(created_at),
        "email_key": email,
        "phone_key": number[:MAX_FIELD],
        "search_text": f" {' '.join(words)} ",
    }


def created_key(moment: datetime) -> str:
    """Write a moment so that keys sort as moments do.

    Args:
        moment: Aware.

    Returns:
        ISO 8601 text of fixed width, in UTC; empty for the first and last days of the calendar,
        which are not in it everywhere.
    """
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:
        return ""


def _name_variants(name: str) -> Iterable[str]:
    """Give O'Brien as `obrien` and `brien` too, and the second half of a double name."""
    for word in name.split():
        if not word.isalnum():
            parts = [part for part in _MARKS_IN_NAMES.split(word) if part]
            yield "".join(parts)
            yield from (part for part in parts if len(part) > 1)


def _postcode_words(postcode: str) -> Iterable[str]:
    """Give a postcode without its space, and with it when it was typed without."""
    joined = _NOT_ALPHANUMERIC.sub("", postcode)
    yield joined
    british = _BRITISH_POSTCODE.fullmatch(joined)
    if british:
        yield from british.groups()


def _phone_words(typed: str, number: str) -> Iterable[str]:
    """Give a number in every form that staff type: national, international, its last four."""
    national = f"0{number[2:]}" if number.startswith("44") else ""
    forms = [form for form in (national, number, *_joined_runs(typed)) if form]
    yield from forms
    if len(number) > 4:
        yield number[-4:]
    yield from (word for word in typed.split() if not any(word in form for form in forms))


def _spread_digits(field: str) -> Iterable[str]:
    """Give digits that punctuation or spaces divide as one word, as `terms_of` joins them."""
    if not _MANY_DIGITS.search(field):
        return ()
    return (
        digits
        for digits in _joined_runs(field)
        if len(digits) >= _JOINED_FROM and digits not in field
    )


def _joined_runs(field: str) -> Iterable[str]:
    for run in digit_runs(field):
        yield joined_digits(run)
        yield joined_digits(run, keep_trunk_zero=True)
