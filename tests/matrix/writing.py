"""The operations that write, as a person does them: open the form, type, send."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.matrix.world import World
    from tests.page import Answer, Page

CUSTOMER = 1001  # the first of the sandbox's


@dataclass(frozen=True)
class Task:
    """One form that is to be sent.

    Attributes:
        url: Of the form, and where it is sent.
        typed: What is typed into it.
        element: On the page when the form has come back: its tag, an attribute, a value.
        row: What htmx puts the answer in, when that is not the form itself.
    """

    url: str
    typed: dict[str, str]
    element: tuple[str, str, str]
    row: str = ""

    def open(self, page: Page) -> dict[str, str]:
        """Open the form; its fields, filled in."""
        return {**page.get(self.url).form(self.url), **self.typed}

    def send(self, page: Page, fields: dict[str, str], *, htmx: bool) -> Answer:
        """Send it, without JavaScript or with."""
        headers = {"HX_Target": self.row} if htmx and self.row else {}
        return page.post(self.url, fields, htmx=htmx, **headers)

    def kept(self, answer: Answer) -> dict[str, str]:
        """Give the form that came back, to be sent again as it is."""
        tag, attribute, value = self.element
        assert answer.has(tag, **{attribute: value}), answer.text
        return answer.form(self.url) if self.typed else {}


@dataclass(frozen=True)
class Writing:
    """An operation.

    Attributes:
        match: The calls that are meant.
        asked: Calls that it needs when all is well.
        prepare: Makes a task; the process that it runs in is well.
    """

    match: dict[str, str]
    asked: int
    prepare: Callable[[World], Task]


def _new(world: World) -> Task:
    number = world.number()
    typed = {
        "name": f"Zoë Ünseen {number}",
        "email": f"zoe.{number}@unseen.example",
        "phone": f"07700 900{number:04}",
        "city": f"Oswestry {number}",
    }
    return Task("/customers/new", typed, ("form", "id", "customer-form"))


def _change(world: World) -> Task:
    number = world.number()
    record = CUSTOMER + number % 12
    url, row = f"/customers/{record}/edit", f"tr#customer-{record}"
    return Task(url, {"city": f"Oswestry {number}"}, ("input", "name", "city"), row)


def _new_category(world: World) -> Task:
    typed = {"name": f"Oddment {world.number()}", "sort_order": "3"}
    return Task("/categories/new", typed, ("form", "id", "category-form"))


def _deletion(world: World) -> Task:
    category = world.add_category()
    return Task(f"/categories/{category}/delete", {}, ("tr", "id", f"category-{category}"))


WRITING = {
    "create": Writing({"method": "POST", "path": "customers"}, 1, _new),
    "update": Writing({"method": "PATCH"}, 2, _change),
    "look": Writing({"method": "GET", "path": "customers/"}, 2, _change),
    "category_create": Writing({"method": "POST", "path": "categories"}, 1, _new_category),
    "category_delete": Writing({"method": "DELETE"}, 1, _deletion),
}
