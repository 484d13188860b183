"""The four roles: each may all that the one below may, and more."""

from __future__ import annotations

from itertools import pairwise

from webapp.people.service import PERMISSIONS, ROLES, Role


def test_a_higher_role_may_all_that_a_lower_one_may() -> None:
    assert PERMISSIONS[Role.STAFF] < PERMISSIONS[Role.MANAGER]
    for lower, higher in pairwise(ROLES):
        assert PERMISSIONS[lower] <= PERMISSIONS[higher]  # owner and manager differ in whom
        assert higher.outranks(lower)
        assert not lower.outranks(higher)
    assert not Role.OWNER.outranks(Role.OWNER)
