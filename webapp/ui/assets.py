"""Static files: hashed names and compression made beforehand, served by WhiteNoise.

`python -m webapp.ui.assets` writes `static/dist/` (not in git): each file under a name with its
content's hash, beside it .br (level 11) and .gz, and `manifest.json`. A style sheet's own parts
(`static/css/`) are put in the place of their `@import`. When that folder is there
and was made from the files as they are now, it is served, cacheable for ever. Otherwise the files
are served as they are and looked at again for each request, so that development and tests need
no build.

Not here: what the files say.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import brotli
from whitenoise import WhiteNoise  # type: ignore[import-untyped]  # ships no types

from webapp.ui.headers import security_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask

STATIC = Path(__file__).resolve().parents[2] / "static"
PREFIX = "/static/"

_DIST = "dist"
_PARTS = "css"
_IMPORT = re.compile(rb'@import url\("([\w/.-]+)"\);\n')
_MANIFEST = "manifest.json"
_SERVED = frozenset({".css", ".js", ".svg", ".png", ".ico", ".txt"})
_COMPRESSED = frozenset({".css", ".js", ".svg", ".txt"})


@dataclass(frozen=True, slots=True)
class Assets:
    """Where static files are and what they are called.

    Attributes:
        root: The folder that is served.
        names: Hashed name by plain name ("app.css"); empty when there is no build to serve.
    """

    root: Path
    names: Mapping[str, str]

    @property
    def is_built(self) -> bool:
        """Whether names are hashed, so that answers never change."""
        return bool(self.names)

    def url(self, name: str) -> str:
        """Give the address of a file.

        Args:
            name: Path inside `static/`, e.g. "vendor/htmx.min.js".

        Raises:
            LookupError: If there is no such file: a template is wrong.
        """
        if self.names:
            return PREFIX + self.names[name]
        if not (self.root / name).is_file():
            raise LookupError(name)
        return PREFIX + name


def load(static: Path = STATIC) -> Assets:
    """Choose between the build and the plain files.

    Args:
        static: The folder with the sources, and perhaps `dist/` in it.

    Returns:
        The build when it is complete and made from the sources as they are now.
    """
    try:
        manifest: dict[str, str] = json.loads((static / _DIST / _MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return Assets(static, {})
    return (
        Assets(static / _DIST, manifest)
        if manifest == _hashed_names(static)
        else Assets(static, {})
    )


def build(static: Path = STATIC) -> Assets:
    """Write `dist/` anew: hashed names, .br, .gz and the manifest. Takes about two seconds.

    Args:
        static: The folder with the sources.

    Returns:
        The build. Calling it again with the same sources does nothing.
    """
    current = load(static)
    if current.is_built:
        return current
    folder = static / _DIST
    fresh = static / (_DIST + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    names = _hashed_names(static)
    for name, hashed in names.items():
        content = _content(static / name)
        target = fresh / hashed
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        if target.suffix in _COMPRESSED:
            target.with_name(target.name + ".br").write_bytes(brotli.compress(content, quality=11))
            target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    (fresh / _MANIFEST).write_text(json.dumps(names, indent=1, sort_keys=True) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    return Assets(folder, names)


def init_app(app: Flask, *, hsts: bool, static: Path = STATIC) -> None:
    """Serve static files in front of `app` and give templates `asset_url(name)`.

    Args:
        app: The application, made with `static_folder=None`.
        hsts: As in `headers`.
        static: The folder with the sources.
    """
    assets = load(static)
    app.jinja_env.globals["asset_url"] = assets.url
    # By name, because WhiteNoise is a WSGI application that wraps another.
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # Flask's own way to add middleware
        app.wsgi_app,
        root=str(assets.root),
        prefix=PREFIX,
        autorefresh=not assets.is_built,
        max_age=0,
        allow_all_origins=False,
        immutable_file_test=lambda _path, _url: assets.is_built,
        add_headers_function=_header_adder(hsts=hsts),
    )


def _header_adder(*, hsts: bool) -> Callable[[Any, str, str], None]:
    fixed = security_headers(hsts=hsts)

    def add(headers: Any, _path: str, _url: str) -> None:
        for name, value in fixed:
            headers[name] = value

    return add


def _sources(static: Path) -> list[Path]:
    return sorted(
        path
        for path in static.rglob("*")
        if path.suffix in _SERVED
        and path.relative_to(static).parts[0].partition(".")[0] not in (_DIST, _PARTS)
    )


def _content(path: Path) -> bytes:
    content = path.read_bytes()
    if path.suffix != ".css":
        return content
    return _IMPORT.sub(lambda part: (path.parent / part[1].decode()).read_bytes(), content)


def _hashed_names(static: Path) -> dict[str, str]:
    names: dict[str, str] = {}
    for path in _sources(static):
        digest = hashlib.sha256(_content(path)).hexdigest()[:12]
        relative = path.relative_to(static)
        names[relative.as_posix()] = relative.with_name(
            f"{path.stem}.{digest}{path.suffix}"
        ).as_posix()
    return names


if __name__ == "__main__":
    sys.stdout.write(f"{len(build().names)} static files in {STATIC / _DIST}\n")
