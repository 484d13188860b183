"""Field rules: which values of a customer and of a category are accepted.

Lengths are those of the product's own fact sheet (assumed, not documented). Unknown
fields are ignored; a field that is absent stays as it is, or empty in a new record.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webapp.sandbox.answers import invalid

CUSTOMER_FIELDS = ("name", "email", "phone", "address1", "city", "postcode")
CUSTOMER_LENGTHS = {
    "name": 255,
    "email": 254,
    "phone": 32,
    "address1": 255,
    "city": 120,
    "postcode": 16,
}
CATEGORY_NAME_LENGTH = 120
LARGEST_INTEGER = 2**63 - 1
EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+")


def check_customer(
    fields: Mapping[str, Any], *, is_new: bool, clears: str = "both"
) -> dict[str, str | None]:
    """Return the accepted values of the known fields that were sent.

    Args:
        fields: the JSON object of the body.
        is_new: a create needs a name; an update may leave it out.
        clears: what empties a field in an update: "null", "empty" or "both"; the other
            one then leaves the field as it is (not documented, hence a switch).

    Raises:
        Refusal: validation_failed with details for each field.
    """
    accepted: dict[str, str | None] = {}
    problems: dict[str, list[str]] = {}
    for field in CUSTOMER_FIELDS:
        if field not in fields:
            continue
        value = fields[field]
        if value is None or value == "":
            if is_new or clears in ("both", "null" if value is None else "empty"):
                accepted[field] = None
            continue
        problem = _problem(field, value, CUSTOMER_LENGTHS[field])
        if problem:
            problems[field] = [problem]
        accepted[field] = value
    if _lacks_name(fields, is_new=is_new):
        problems = {"name": ["The name field is required."], **problems}
    if problems:
        raise invalid(problems)
    return accepted


def check_category(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return name, sort_order (0 when absent) and is_active (1 when absent).

    Raises:
        Refusal: validation_failed with details for each field.
    """
    problems: dict[str, list[str]] = {}
    name = fields.get("name")
    if _lacks_name(fields, is_new=True):
        problems["name"] = ["The name field is required."]
    elif problem := _problem("name", name, CATEGORY_NAME_LENGTH):
        problems["name"] = [problem]
    sort_order = fields.get("sort_order", 0)
    if type(sort_order) is not int or abs(sort_order) > LARGEST_INTEGER:
        problems["sort_order"] = ["The sort order must be an integer."]
    is_active = fields.get("is_active", 1)
    if type(is_active) is not int or is_active not in (0, 1):
        problems["is_active"] = ["The is active field must be 1 or 0."]
    if problems:
        raise invalid(problems)
    return {"name": name, "sort_order": sort_order, "is_active": is_active}


def _lacks_name(fields: Mapping[str, Any], *, is_new: bool) -> bool:
    if "name" not in fields:
        return is_new
    name = fields["name"]
    return name is None or (isinstance(name, str) and not name.strip())


def _problem(field: str, value: object, length: int) -> str | None:
    if not isinstance(value, str) or not _is_text(value):
        return f"The {field} must be a string."
    if len(value) > length:
        return f"The {field} may not be greater than {length} characters."
    if field == "email" and not EMAIL.fullmatch(value):
        return "The email must be a valid email address."
    return None


def _is_text(value: str) -> bool:
    """Tell whether the text can be stored; half of a surrogate pair cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
