"""People at their browsers: each signed in by themselves, asking gunicorn over real sockets."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import requests

from tests.conftest import PASSWORD
from tests.writes.fields import Fields
from webapp.people.service import create_person

if TYPE_CHECKING:
    from tests.writes.killing import Shop

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
_LONGEST = 90.0  # seconds; longer than anything that answers


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer as its person saw it.

    Attributes:
        status: Of HTTP; 0 when the connection broke.
        seconds: Until the whole of it was there.
        place: Where it led.
    """

    status: int
    seconds: float
    text: str = ""
    place: str = ""


@dataclass
class Person:
    """Somebody with a login of their own.

    Attributes:
        broken: Requests that got no answer.
        odd: Answers that nobody should get.
    """

    shop: Shop
    email: str
    broken: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    _session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, url: str, *, htmx: bool = False, **options: Any) -> Answered:
        """Ask for a page, or send a form; a redirect is not followed."""
        address = f"http://127.0.0.1:{self.shop.port}{url}"
        headers = {**(HTMX if htmx else {}), **options.pop("headers", {})}
        began = time.monotonic()
        try:
            answer = self._session.request(
                method, address, headers=headers, allow_redirects=False, timeout=_LONGEST, **options
            )
        except requests.RequestException as error:
            self.broken.append(f"{method} {url}: {str(error)[-120:]}")
            return Answered(0, time.monotonic() - began)
        seconds = time.monotonic() - began
        if answer.status_code in {400, 401, 403, 500}:
            self.odd.append(f"{method} {url}: {answer.status_code}")
        place = answer.headers.get("Location") or answer.headers.get("HX-Redirect") or ""
        return Answered(answer.status_code, seconds, answer.text, place)

    def open(self, url: str) -> dict[str, str]:
        """Give the fields of the form that is sent to its own page; empty when there is none."""
        reader = Fields(url)
        reader.feed(self.ask("GET", url).text)
        return reader.found if reader.found.get("csrf_token") else {}

    def sign_in(self) -> Answered:
        """Sign in through the form, as after a break; the session before it ends."""
        self._session.cookies.clear()
        fields = self.open("/login") | {"email": self.email, "password": PASSWORD}
        return self.ask("POST", "/login", data=fields)


def hire(shop: Shop, count: int) -> list[Person]:
    """Have so many people signed in."""
    people = []
    for number in range(count):
        email = f"manager.{number}@shop.example"
        create_person(email=email, name=f"Manager {number}", role="manager", password=PASSWORD)
        people.append(Person(shop, email))
        assert people[-1].sign_in().status == 303
    return people


def worker_timeouts(shop: Shop) -> int:
    """Count how often gunicorn gave a worker up."""
    return (shop.folder / "web.log").read_text().count("WORKER TIMEOUT")


def percentile(values: list[float], share: float) -> float:
    """Give the value that a share of all stays below; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
