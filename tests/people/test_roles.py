"""The four roles: each may all that the one below may, and more."""

from __future__ import annotations

from itertools import pairwise

from webapp.people.service import PERMISSIONS, ROLES, Role


def test_a_higher_role_may_all_that_a_lower_one_may() -> None:
    for lower, higher in pairwise(ROLES):
        assert PERMISSIONS[lower] < PERMISSIONS[higher]
        assert higher.outranks(lower)
        assert not lower.outranks(higher)
    assert not Role.OWNER.outranks(Role.OWNER)
