"""Looking for secrets where none may be: in logs, in databases, in what browsers were given."""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64decode
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit
from zlib import decompress

from sqlalchemy import create_engine, inspect, text

from webapp.ui.csrf import unmask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.workers.browser import Browser

_SHORTEST = 8  # characters: less is found anywhere by chance


@dataclass
class Secrets:
    """What was secret in a run, each with the pages that are there to show it.

    Attributes:
        shown_at: Of each secret: a pattern of the paths whose pages may hold it; none when None.
    """

    shown_at: dict[str, str | None] = field(default_factory=dict)

    def add(self, *found: str, shown_at: str | None = None) -> None:
        for one in found:
            assert len(one) >= _SHORTEST, one
            self.shown_at.setdefault(one, shown_at)

    def add_cookies(self, browser: Browser) -> None:
        """Every cookie that a browser ever had, what is readable in it, and its form tokens."""
        for value in browser.cookies_seen:
            self.add(value)
            self.add(*_readable(value))
        for token in browser.tokens_seen:
            plain = unmask(token)
            assert plain
            self.add(plain, token, shown_at=".*")

    def found_in(self, raw: bytes) -> set[str]:
        """Those that are somewhere in these bytes, as they are or encoded."""
        forms = {form: secret for secret in self.shown_at for form in _forms(secret)}
        pattern = re.compile(b"|".join(re.escape(form) for form in forms))
        return {forms[hit] for hit in pattern.findall(raw)}

    def found_on_pages(self, browser: Browser) -> set[tuple[str, str]]:
        """Those that a page held which is not there to show them, with its path."""
        found = set()
        for reply in browser.replies:
            raw = f"{reply.html}\n{reply.headers.as_string()}".encode()
            for secret in self.found_in(re.sub(rb"(?im)^set-cookie:.*$", b"", raw)):
                pattern = self.shown_at[secret]
                if pattern is None or not re.fullmatch(pattern, reply.path.partition("?")[0]):
                    found.add((secret, reply.path))
        return found


def files_in(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file below a folder, as bytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.read_bytes()


def dump_of(url: str) -> str:
    """Every row of every table as text, as a dump would have it."""
    engine = create_engine(url)
    rows: list[str] = []
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            found = connection.execute(text(f'SELECT * FROM "{table}"'))
            rows.extend(f"{table}: {tuple(row)!r}" for row in found)
    engine.dispose()
    return "\n".join(rows)


def files_of(url: str) -> Iterator[tuple[Path, bytes]]:
    """Every file in which a PostgreSQL of ours keeps this database, and the server's log.

    Its write-ahead log is left out: that holds what all other tests wrote, and nothing else of
    this one's than these files do.
    """
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("CHECKPOINT"))  # what is in memory goes to the files
        table = connection.execute(text("SELECT pg_relation_filepath('people')")).scalar_one()
    engine.dispose()
    cluster = Path(parse_qs(urlsplit(url).query)["host"][0])
    yield from files_in((cluster / "data" / table).parent)
    yield cluster / "log", (cluster / "log").read_bytes()


def _forms(secret: str) -> Iterator[bytes]:
    raw = secret.encode()
    yield raw
    yield quote(secret, safe="").encode()
    yield raw.hex().encode()
    for lead in range(3):  # base64 of a text depends on what stands before it
        encoded = b64encode(b"\0" * lead + raw).decode()
        yield encoded[(0, 2, 3)[lead] : len(encoded) - 4].encode()


def _readable(cookie: str) -> Iterator[str]:
    """Random texts in a visitor's cookie, which is signed but not encrypted."""
    body = cookie.lstrip(".").split(".")[0]
    try:
        raw = urlsafe_b64decode(body + "=" * (-len(body) % 4))
        plain = decompress(raw) if cookie.startswith(".") else raw
    except ValueError:
        return
    yield from re.findall(r'"([A-Za-z0-9_-]{40,})"', plain.decode("utf-8", "replace"))
