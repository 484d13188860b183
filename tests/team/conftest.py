"""What the tests of the team ask for: a mail server of our own, links found on pages, races."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import EmailMessage

    from aiosmtpd.smtp import Envelope, Session

    from tests.page import Answer

ROUNDS = int(os.environ.get("RACE_ROUNDS", "20"))
NEW_PASSWORD = "quiet harbour at dawn, twice"


@dataclass
class PostOffice:
    """An SMTP server on a real socket, which keeps every letter."""

    refuses: bool = False
    letters: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    url: str = ""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        if self.refuses:
            return "554 5.7.1 not today"
        assert isinstance(envelope.content, bytes)
        letter: Any = message_from_bytes(envelope.content, policy=default)
        self.letters.append(letter)
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"


class _AnyPort(Controller):
    """aiosmtpd's own, which can be told port 0: it greets itself at the port it was given."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd's


@pytest.fixture
def post_office() -> Iterator[PostOffice]:
    office = PostOffice()
    controller = _AnyPort(office, hostname="127.0.0.1", port=0)
    controller.start()
    office.url = f"smtp://127.0.0.1:{controller.port}"
    yield office
    controller.stop()


def link_in(answer: Answer) -> str:
    """Give the path of the link that a page shows."""
    match = re.search(r'id="made-link"\s+value="http://localhost(/[^"]+)"', answer.html)
    assert match, answer.text
    return match[1]


def race(count: int, work: Callable[[int], object]) -> None:
    """Do `work` so many times at the same moment, each in a thread of its own."""
    gate = threading.Barrier(count)
    failures: list[BaseException] = []

    def run(number: int) -> None:
        gate.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001  # raised again below
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
