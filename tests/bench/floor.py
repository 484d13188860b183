"""The floor: a Flask route that returns a fixed page, under the same gunicorn settings."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, Response

app = Flask(__name__, static_folder=None)


@lru_cache(maxsize=100)
def _page(size: int) -> bytes:
    return (b"<p>A line of a page that is always the same.</p>\n" * (size // 48 + 1))[:size]


@app.get("/<int:size>")
def page(size: int) -> Response:
    """A page of so many bytes."""
    return Response(_page(size), mimetype="text/html")
