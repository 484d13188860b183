"""The audit trail: who did what to which record, and how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask


def init_app(app: Flask) -> None:
    """Wire the trail into `app`; it has no pages yet, and its service needs no wiring."""
