"""Files stay short enough to read, and say nothing that must not be in the project."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = {"webapp": 300, "tests": 250, "static": 300}  # lines
WIDEST = 140  # characters, where no formatter sees to it
REGISTRIES = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org")


def own_files() -> list[Path]:
    """What is committed, but for what others wrote."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    files = [ROOT / name for name in listed if name and not name.startswith("static/vendor/")]
    return [path for path in files if path.is_file()]


def test_no_file_is_too_long_to_read() -> None:
    too_long = {}
    for path in own_files():
        limit = LONGEST.get(path.relative_to(ROOT).parts[0])
        if limit and path.suffix in {".py", ".css", ".js"}:
            lines = len(path.read_text().splitlines())
            if lines > limit:
                too_long[str(path.relative_to(ROOT))] = lines
    assert not too_long


def test_no_line_is_too_wide_to_read() -> None:
    guilty = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in own_files()
        if path.suffix in {".css", ".js"} and path.is_relative_to(ROOT / "static")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if len(line) > WIDEST
    ]
    assert not guilty


def test_no_file_names_a_package_registry() -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in own_files()
        if REGISTRIES.search(path.read_bytes().decode("utf-8", "replace"))
    ]
    assert not guilty


def test_nothing_but_the_entries_reads_the_environment() -> None:
    entries = {"__init__.py", "cli.py", "demo.py", "gunicorn_conf.py", "serve.py", "wsgi.py"}
    guilty = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "webapp").rglob("*.py")
        if re.search(r"\bos\.(?:environ|getenv)", path.read_text().replace("`os.environ`", ""))
        and not (path.parent.name == "webapp" and path.name in entries)
    ]
    assert not guilty
