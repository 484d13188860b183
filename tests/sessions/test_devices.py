"""What a browser calls itself, in words."""

from __future__ import annotations

import pytest

from webapp.people.devices import device_name

_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/126.0 Safari/537.36",
            "Chrome on Windows",
        ),
        (
            f"Mozilla/5.0 (Windows NT 10.0) {_WEBKIT} Chrome/126.0 Safari/537.36 Edg/126.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/2010 Firefox/127.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            "Safari on an iPhone",
        ),
        (
            f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {_WEBKIT} Chrome/126.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.5 Safari/605.1.15",
            "Safari on a Mac",
        ),
        (f"Mozilla/5.0 (X11; CrOS x86_64) {_WEBKIT} Chrome/126.0", "Chrome on a Chromebook"),
        ("curl/8.8.0", "Unknown device"),
        ("Something (Windows)", "Unknown browser on Windows"),
        ("Firefox", "Firefox"),
        ("", "Unknown device"),
        ("\u202e<script>" * 50, "Unknown device"),
    ],
)
def test_a_device_has_a_name(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
