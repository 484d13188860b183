"""Where client and sandbox meet without a wire: the signature vectors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from webapp.neropay import signing
from webapp.sandbox import checks

VECTORS = json.loads((Path(__file__).parent / "signature-vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["case"]))
def test_both_sides_sign_alike(vector: dict[str, str]) -> None:
    secret, timestamp, body = vector["secret"], vector["timestamp"], vector["body_utf8"].encode()
    assert checks.sign(secret, timestamp, body) == vector["signature"]
    assert signing.sign(secret, int(timestamp), body) == vector["signature"]
