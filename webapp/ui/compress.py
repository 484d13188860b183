"""Compression of what the application renders; files are compressed beforehand (`assets`).

BREACH: whoever can make a victim's browser ask for pages that repeat the attacker's guess, and can
see the length of the encrypted answers, can guess a secret of the page letter by letter. Three
things stand against it here. The only secret in a page, the CSRF token, is masked anew in each
answer (`csrf`), so there is no fixed text to guess. The session cookie is SameSite=Lax, so that
another site's requests come without a session. And every compressed answer is lengthened by a
random number of bytes inside the compressed stream, where the format allows for bytes that the
reader skips (brotli: a metadata block, RFC 7932 section 9.2; gzip: the file name, RFC 1952), so
that one byte more or less cannot be seen without very many tries.

Not here: Vary on cookies and the security headers (`headers`).
"""

from __future__ import annotations

import secrets
import struct
import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

import brotli
from flask import request

if TYPE_CHECKING:
    from flask import Flask, Response

SMALLEST = 500  # bytes; below it, headers outweigh the gain
PADDING = 96  # bytes at most

_TYPES = frozenset({"text/html", "text/plain", "text/csv", "application/json"})
_BROTLI_QUALITY = 3  # a list of 32 kB: 5.3 kB in 0.16 ms; 4 saves 5 % for 0.11 ms more
_BROTLI_WINDOW = 18  # 2 to this power, in bytes: more than any page has
_GZIP_LEVEL = 6


def init_app(app: Flask) -> None:
    """Compress the answers of `app` where the browser takes it."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Compress one answer, if it is text of our own, long enough and not compressed yet.

    Args:
        response: The answer; changed in place.

    Returns:
        The same answer, with `Vary: Accept-Encoding` whenever it could have been compressed.
    """
    if response.mimetype not in _TYPES or response.is_streamed or response.direct_passthrough:
        return response
    if "Vary" in response.headers:
        response.vary.add("Accept-Encoding")
    else:
        response.headers["Vary"] = "Accept-Encoding"
    if response.status_code in {204, 206, 304} or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    encoding = _choose(request.headers.get("Accept-Encoding", ""))
    if encoding is None or len(body) < SMALLEST:
        return response
    padding = secrets.randbelow(PADDING) + 1
    response.set_data(_brotli(body, padding) if encoding == "br" else _gzip(body, padding))
    response.headers["Content-Encoding"] = encoding
    return response


@lru_cache(maxsize=64)
def _choose(accepted: str) -> str | None:
    """Pick brotli, gzip or nothing from the text of an `Accept-Encoding` header."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        name, _, parameter = part.strip().partition(";")
        key, _, value = parameter.strip().partition("=")
        try:
            weights[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    rest = weights.get("*", 0.0)
    offered = {name: weights.get(name, rest) for name in ("br", "gzip")}
    best = max(offered, key=lambda name: offered[name])  # the first of equals: brotli
    return best if offered[best] > 0 else None


def _brotli(body: bytes, padding: int) -> bytes:
    stream = brotli.Compressor(mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY, lgwin=_BROTLI_WINDOW)
    # flush() ends at a whole byte, so a metadata block may follow: not the last block (0), no
    # length nibbles (11), reserved (0), one byte of length (01), then length - 1, low bits first.
    head = (0b0_1_0_11_0 | (padding - 1) << 6).to_bytes(2, "little")
    start = stream.process(body) + stream.flush()
    return bytes(start + head + bytes(padding) + stream.finish())


def _gzip(body: bytes, padding: int) -> bytes:
    deflate = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    head = b"\x1f\x8b\x08\x08" + bytes(4) + b"\x00\xff" + b"x" * padding + b"\x00"
    tail = struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    return head + deflate.compress(body) + deflate.flush() + tail
