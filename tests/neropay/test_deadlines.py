"""The thread that cuts connections at their deadlines: one for all calls of a process."""

from __future__ import annotations

import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from webapp.neropay.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0  # seconds until a test gives up


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE)
    with ours, theirs:
        yield ours, theirs


def test_a_shorter_deadline_does_not_wait_for_a_longer_one(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    with Wire(60.0), Wire(60.0) as longer, Wire(0.05) as shorter:
        shorter.attach(pair[0])
        assert pair[0].recv(1) == b""  # cut, not timed out
        assert shorter.is_expired
        assert not longer.is_expired


def test_deadlines_are_kept_one_after_the_other() -> None:
    for _ in range(3):
        ours, theirs = socket.socketpair()
        with ours, theirs, Wire(0.02) as wire:
            ours.settimeout(PATIENCE)
            wire.attach(ours)
            assert ours.recv(1) == b""
            assert wire.is_expired


def test_an_answer_in_time_leaves_the_connection_whole(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    other, _ = pair
    kept, far = socket.socketpair()
    with kept, far:
        with Wire(0.05) as in_time:
            in_time.attach(kept)
        with Wire(0.1) as later:  # by its end the deadline of the first is over
            later.attach(other)
            assert other.recv(1) == b""
        kept.settimeout(PATIENCE)
        far.sendall(b"x")
        assert kept.recv(1) == b"x"
        assert not in_time.is_expired


def test_calls_share_one_thread() -> None:
    for _ in range(5):
        with Wire(60.0), Wire(60.0):
            names = [thread.name for thread in threading.enumerate()]
            assert names.count("neropay-deadlines") == 1


def test_a_forked_process_keeps_deadlines_of_its_own() -> None:
    with Wire(60.0):  # the parent's thread runs, and will not be there in the child
        child = os.fork()
        if child == 0:
            code = 1
            try:
                ours, theirs = socket.socketpair()
                ours.settimeout(PATIENCE)
                with ours, theirs, Wire(0.05) as wire:
                    wire.attach(ours)
                    code = 0 if ours.recv(1) == b"" else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
