"""Who may change whom.

An owner manages everybody else; a manager manages those below, staff and viewers. A role is given
strictly below the own one and taken only from somebody below: so nobody becomes an owner, and no
owner loses the role, on these pages; that is for the command line. Nobody manages themself here,
and since whoever suspends an owner is another active owner, one active owner always stays.

Not here: which routes a role may use (people/permissions.py).
"""

from __future__ import annotations

from webapp.people.models import ROLES, Role
from webapp.people.permissions import PERMISSIONS, Permission


def may_manage(own_id: int, own_role: Role, other_id: int, other_role: Role) -> bool:
    """Tell whether somebody may suspend, sign out or reset somebody else."""
    if own_id == other_id or Permission.PEOPLE_MANAGE not in PERMISSIONS[own_role]:
        return False
    return own_role is Role.OWNER or own_role.outranks(other_role)


def may_change_role(own_id: int, own_role: Role, other_id: int, other_role: Role) -> bool:
    """Tell whether somebody may give somebody else another role."""
    return may_manage(own_id, own_role, other_id, other_role) and own_role.outranks(other_role)


def grantable_roles(own_role: Role) -> tuple[Role, ...]:
    """Give the roles that somebody may give, lowest first."""
    if Permission.PEOPLE_MANAGE not in PERMISSIONS[own_role]:
        return ()
    return tuple(role for role in ROLES if own_role.outranks(role))
