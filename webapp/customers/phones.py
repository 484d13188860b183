"""Phone numbers as keys: the digits of them, and one form for all ways to write the same number.

All functions take folded text (`keys.fold`). Not here: showing a number to people.
"""

from __future__ import annotations

import re

_REGION = "GB"  # of numbers written without a country
_RUN = re.compile(r"[\d+()./\- ]*\d[\d+()./\- ]*", re.ASCII)
_TRUNK_ZERO = re.compile(r"(\+ ?44 ?)\( ?0 ?\)")
_NOT_A_DIGIT = re.compile(r"\D+", re.ASCII)
_PUNCTUATION = re.compile(r"[()./\- ]+")
# What the numbering plan leaves no doubt about, so that phonenumbers need not be loaded.
_BRITISH = re.compile(r"(?:\+440?|00440?|0)([1-9][0-9]{8,9})")
_MAX_TYPED = 64  # characters beyond which nothing is a phone number


def digit_runs(folded: str) -> tuple[str, ...]:
    """Give the stretches of folded text that hold digits and phone punctuation alone."""
    return tuple(_RUN.findall(folded))


def joined_digits(folded: str, *, keep_trunk_zero: bool = False) -> str:
    """Give the digits of folded text, without the (0) of `+44 (0)20 …` unless it is asked for."""
    text = folded if keep_trunk_zero else _TRUNK_ZERO.sub(r"\1", folded)
    return _NOT_A_DIGIT.sub("", text)


def number_key(folded: str) -> str:
    """Give one key for all ways to write the same number.

    Args:
        folded: A number as typed, folded.

    Returns:
        The digits of its E.164 form, taking a number without a country as British; the digits
        as typed when no country knows such a number; empty without digits.
    """
    if len(folded) > _MAX_TYPED:
        return joined_digits(folded[:_MAX_TYPED])
    british = _BRITISH.fullmatch(_PUNCTUATION.sub("", _TRUNK_ZERO.sub(r"\1", folded)))
    if british:
        return f"44{british[1]}"
    return _number_key_of_any_country(folded)


def _number_key_of_any_country(folded: str) -> str:
    digits = joined_digits(folded)
    if len(digits) < 5:
        return digits
    import phonenumbers  # megabytes that British numbers do not need

    try:
        number = phonenumbers.parse(folded, _REGION)
    except phonenumbers.NumberParseException:
        return digits
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:
        return digits  # also what can be dialled locally only: its area is not known
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)[1:]
