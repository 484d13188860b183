"""Who is in the team: the table of people, as somebody sees it.

Not here: changes (service.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from webapp.extensions import db
from webapp.people.factors.service import factors_of
from webapp.people.models import ROLES, Role
from webapp.people.tables import people
from webapp.people.team import words
from webapp.people.team.models import Member
from webapp.people.team.rules import may_manage
from webapp.ui.filters import fold

if TYPE_CHECKING:
    from sqlalchemy import Row

    from webapp.people.factors.models import FactorInfo
    from webapp.people.models import Person


def list_people(viewer: Person, query: str = "") -> tuple[Member, ...]:
    """List the team, owners first.

    Args:
        viewer: Who looks.
        query: Words that must all be in name, address or role; case and accents do not matter.
    """
    by_rank = sorted(_read_people(viewer), key=lambda one: (-one.role.rank, fold(one.name)[0]))
    terms = [fold(term)[0] for term in query.split()]
    return tuple(one for one in by_rank if all(term in _text(one) for term in terms))


def find_member(viewer: Person, person_id: int) -> Member | None:
    """Find one of the team."""
    return next((one for one in _read_people(viewer) if one.id == person_id), None)


def count_people() -> int:
    """Tell how many accounts there are, suspended ones too."""
    with db.read() as connection:
        return len(connection.execute(select(people.c.id)).all())


def _read_people(viewer: Person) -> list[Member]:
    columns = people.c
    query = select(
        *(columns.id, columns.name, columns.email, columns.role),
        *(columns.is_active, columns.last_seen_at),
    )
    with db.read() as connection:
        rows = connection.execute(query).all()
    factors = factors_of([row.id for row in rows])
    return [_member(viewer, row, factors.get(row.id)) for row in rows]


def _member(viewer: Person, row: Row[*tuple[Any, ...]], factors: FactorInfo | None) -> Member:
    has_role = row.role in ROLES
    role = Role(row.role) if has_role else ROLES[0]
    return Member(
        id=row.id,
        name=row.name,
        email=row.email,
        role=role,
        is_active=row.is_active,
        last_seen_at=row.last_seen_at,
        second_factor=words.second_factor(factors) if factors else "",
        is_me=row.id == viewer.id,
        is_manageable=has_role and may_manage(viewer.id, viewer.role, row.id, role),
        has_role=has_role,
    )


def _text(member: Member) -> str:
    return fold(f"{member.name} {member.email} {member.role}")[0]
