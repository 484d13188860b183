"""The four logins of the demo, one for each role, which its sign-in page shows.

Not here: the demo's customers (the sandbox seeds them).
"""

from __future__ import annotations

from dataclasses import dataclass

from webapp.extensions import settings
from webapp.people.models import InvalidPerson, Role
from webapp.people.service import create_person, find_by_email

DEMO_PASSWORD = "quiet harbour at noon"  # noqa: S105  # meant to be shown; demo only


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A login that anybody may use."""

    email: str
    name: str
    role: Role
    password: str = DEMO_PASSWORD


DEMO_PEOPLE = (
    DemoPerson("owner@tillside.example", "Olive Marsh", Role.OWNER),
    DemoPerson("manager@tillside.example", "Malik Hussain", Role.MANAGER),
    DemoPerson("staff@tillside.example", "Sian Pritchard", Role.STAFF),
    DemoPerson("viewer@tillside.example", "Viktor Nowak", Role.VIEWER),
)


def demo_people() -> tuple[DemoPerson, ...]:
    """Give the logins to show: none outside of the demo."""
    return DEMO_PEOPLE if settings().app_env == "demo" else ()


def create_demo_people() -> int:
    """Make the demo's accounts that are not there yet; a second run changes nothing.

    Returns:
        How many were made.

    Raises:
        RuntimeError: This is not the demo.
    """
    if settings().app_env != "demo":
        raise RuntimeError("demo logins are for APP_ENV=demo only")
    made = 0
    for person in DEMO_PEOPLE:
        if find_by_email(person.email):
            continue
        try:
            create_person(
                email=person.email, name=person.name, role=person.role, password=person.password
            )
        except InvalidPerson:
            if find_by_email(person.email) is None:  # not made by another process meanwhile
                raise
        else:
            made += 1
    return made
