"""Many at once, at four workers: exactly one gets what there is one of. RACE_ROUNDS: how often."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING

import pyotp
import pytest
from sqlalchemy import func, select, update

from tests.team.conftest import NEW_PASSWORD
from tests.workers.conftest import ROUNDS, Shop, email_of
from webapp.activity.service import Actor
from webapp.activity.tables import activity
from webapp.clock import now
from webapp.extensions import db
from webapp.people.factors import recovery
from webapp.people.service import create_person
from webapp.people.sessions import person_of
from webapp.people.tables import people
from webapp.people.team import invitations
from webapp.sealing import seal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.workers.browser import Browser

pytestmark = pytest.mark.server

MANY, BROWSERS = 50, 8
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def at_once(works: Sequence[Callable[[], int]]) -> list[int]:
    """Do all of it at the same moment; what each gave."""
    gate = Barrier(len(works))

    def run(work: Callable[[], int]) -> int:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def count_of(shop: Shop, kind: str) -> int:
    query = select(func.count()).where(activity.c.kind == kind)
    with shop.app.app_context(), db.read() as connection:
        return int(connection.execute(query).scalar_one())


def test_one_invitation_lets_one_in(shop: Shop) -> None:
    browsers = [shop.browser() for _ in range(MANY)]
    for number in range(ROUNDS):
        with shop.app.app_context():
            link = invitations.invite(
                Actor(shop.ids["owner"], "Owner", None),
                email=f"jo{number}@shop.example",
                name="Jo",
                role="viewer",
            )
        path = f"/invitations/{link.token}"
        for browser in browsers:
            browser.cookies.clear()
            assert browser.get(path).status == 200
        fields = {"name": f"Jo {number}", "password": NEW_PASSWORD}
        works = [partial(status_of, one, path, **fields) for one in browsers]
        statuses = at_once(works)
        assert sorted(statuses) == [303] + [404] * (MANY - 1), f"round {number}"
        assert count_of(shop, "invitation.accepted") == number + 1


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_lets_one_in(shop: Shop, kind: str) -> None:
    manager = shop.ids["manager"]
    with shop.app.app_context(), db.write() as connection:
        values = {"totp_seed": seal(SEED, person_id=manager), "totp_confirmed_at": now()}
        connection.execute(update(people).where(people.c.id == manager).values(values))
    browsers = [shop.browser() for _ in range(BROWSERS)]
    for number in range(ROUNDS):
        code = fresh_code(shop, manager, kind)
        for browser in browsers:
            browser.cookies.clear()
            answer = browser.give_password(email_of("manager"))
            assert browser.get(answer.location).status == 200
        works = [partial(enters, one, code) for one in browsers]
        winners = at_once(works)
        assert sum(winners) == 1, f"round {number}: {winners}"
        assert count_of(shop, "sign_in.ok") == number + 1
        shop.forget_failures()


def fresh_code(shop: Shop, person_id: int, kind: str) -> str:
    """A code that was not used yet; the app's step of now counts as such again."""
    with shop.app.app_context(), db.write() as connection:
        own = people.c.id == person_id
        if kind == "recovery":
            person = person_of(connection.execute(select(people).where(own)).one())
            return recovery.make_codes(connection, person)[0]
        connection.execute(update(people).where(own).values(totp_step=0))
    return pyotp.TOTP(SEED).now()


def enters(browser: Browser, code: str) -> int:
    answer = browser.post("/login/second", {"code": code})
    return int(answer.status == 303 and answer.location == "/")


def test_of_two_owners_who_suspend_each_other_one_stays(shop: Shop) -> None:
    with shop.app.app_context():
        other = create_person(
            email="olga@shop.example", name="Olga", role="owner", password=NEW_PASSWORD
        )
    sides = [
        (("olga@shop.example", NEW_PASSWORD), shop.ids["owner"]),
        ((email_of("owner"),), other),
    ]
    browsers = [shop.browser() for _ in range(MANY)]
    for number in range(ROUNDS):
        works: list[Callable[[], int]] = []
        for (who, whom), own in zip(sides, (browsers[::2], browsers[1::2]), strict=True):
            first = own[0]
            first.cookies.clear()
            first.sign_in(*who)
            for one in own:
                one.cookies, one.token = first.cookies.copy(), first.token
                works.append(partial(status_of, one, f"/team/{whom}/suspend"))
        statuses = at_once(works)
        assert set(statuses) <= {303, 401, 403}, f"round {number}: {statuses}"
        assert active_owners(shop) == 1, f"round {number}"
        assert count_of(shop, "person.suspended") == number + 1
        with shop.app.app_context(), db.write() as connection:
            connection.execute(update(people).values(is_active=True))


def status_of(browser: Browser, path: str, **fields: str) -> int:
    return browser.post(path, fields).status


def active_owners(shop: Shop) -> int:
    query = select(func.count()).where(people.c.role == "owner", people.c.is_active.is_(True))
    with shop.app.app_context(), db.read() as connection:
        return int(connection.execute(query).scalar_one())
