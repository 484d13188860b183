"""How an answer leaves: the word from the application to the server about the wire.

The server puts a Delivery into each WSGI environ; faults change it. Under another server
(or Flask's test client) nobody reads it, and every answer arrives whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

ENVIRON_KEY = "sandbox.delivery"


@dataclass
class Delivery:
    """What happens on the wire.

    Attributes:
        silent: send not one byte of the answer.
        cut: send this fraction (0 to 1) of the part named by `part`, then end; the head
            still promises the whole.
        drip: bytes per second for the part named by `part`.
        part: "head", or "body" (the head then goes out at once).
        ending: what becomes of the connection: "keep" it open if the client wants to,
            "close" it, "reset" it, "close_unsaid" (close it without having said so), or
            "reset_next" (reset it when the next request arrives on it).
        pause: sleeps for some seconds; raises Abandoned when the sandbox stops.
    """

    silent: bool = False
    cut: float | None = None
    drip: float | None = None
    part: Literal["head", "body"] = "body"
    ending: Literal["keep", "close", "reset", "close_unsaid", "reset_next"] = "keep"
    pause: Callable[[float], None] = time.sleep


class Abandoned(Exception):  # noqa: N818 (not an error: the sandbox was told to stop or reset)
    """A wait was called off; the request that waited must have no effect any more."""
