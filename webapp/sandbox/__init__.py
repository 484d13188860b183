"""A NeroPay of our own, for the demo and the tests; shares no code with the client.

What it answers follows the vendor's documentation; where that is silent, the sandbox
chooses the stricter reading, and a switch shows the other ones.
"""

from __future__ import annotations

from webapp.sandbox.app import create_sandbox

__all__ = ["create_sandbox"]
