"""The Dockerfile, replayed step by step in a clean folder, since no Docker engine is at hand.

Its RUN and COPY lines are carried out as they stand: `/build`, `/app`, `/data` and `/tmp/wheels`
are folders below pytest's, `python` is that of a fresh virtual environment. Only what needs the
image itself (FROM, USER, making a user) is read and not done.
"""

from __future__ import annotations

import fnmatch
import http.client
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.gunicorn import production
from tests.servers.processes import free_port, is_listening, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server

ROOT = Path(__file__).parents[2]
_MAPPED = re.compile(r"(?<![\w.])/(build|app|data|tmp/wheels)\b")


@dataclass
class Image:
    """What the Dockerfile made of the folder."""

    root: Path
    python: Path
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = "/"
    user: str = "root"
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def inside(self, path: str) -> Path:
        """Where a path of the image is here."""
        return self.root / os.path.join("/", self.cwd, path).lstrip("/")  # noqa: PTH118  # an absolute second part counts

    def run(self, line: str) -> None:
        steps = [step for step in line.split(" && ") if not step.startswith("useradd")]
        steps = [re.sub(r"^install -d .* (\S+)$", r"mkdir -p \1", step) for step in steps]
        mapped = _MAPPED.sub(lambda match: f"{self.root}{match[0]}", " && ".join(steps))
        done = subprocess.run(
            ["/bin/sh", "-c", mapped],
            cwd=self.inside("."),
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def copy(self, sources: list[str], target: str, origin: Path) -> None:
        for source in sources:
            found = origin / source.lstrip("/")
            place = self.inside(target)
            place.parent.mkdir(parents=True, exist_ok=True)
            if found.is_dir():
                shutil.copytree(found, place, dirs_exist_ok=True)
            else:
                shutil.copy(found, place)

    def environment(self) -> dict[str, str]:
        folders = f"{self.python.parent}:{os.environ['PATH']}"
        mapped = {
            key: _MAPPED.sub(lambda m: f"{self.root}{m[0]}", value)
            for key, value in self.env.items()
        }
        return {"PATH": folders, "HOME": str(self.root), **mapped}


def instructions() -> list[tuple[str, str]]:
    lines = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text()).splitlines()
    parts = [line.partition(" ") for line in lines if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in parts]


def context(folder: Path) -> Path:
    """What `docker build` would be sent: committed files and new ones, less .dockerignore."""
    rules = (ROOT / ".dockerignore").read_text().split()
    kept = [rule[1:] for rule in rules if rule.startswith("!")]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\0")  # fmt: skip
    for name in filter(None, listed):
        if any(fnmatch.fnmatch(name, f"{rule}*") for rule in kept) and (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
    return folder


def build(folder: Path) -> Image:
    origin = context(folder / "context")
    stages: dict[str, Image] = {}
    image = Image(folder, Path(sys.executable))
    for word, rest in instructions():
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            assert base == "python:3.11-slim"
            place = folder / (name or "final")
            subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
            image = stages[name] = Image(place / "root", place / "venv/bin/python")
            image.root.mkdir()
        elif word == "WORKDIR":
            image.cwd = rest
            image.inside(".").mkdir(parents=True, exist_ok=True)
        elif word == "RUN":
            image.run(rest)
        elif word == "COPY":
            *sources, target = shlex.split(rest)
            stage = sources[0].removeprefix("--from=") if sources[0].startswith("--from=") else None
            files = sources[1:] if stage else sources
            image.copy(files, target, stages[stage].root if stage else origin)
        elif word == "ENV":
            image.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "USER":
            image.user = rest
        elif word == "HEALTHCHECK":
            image.health = json.loads(rest.partition(" CMD ")[2])
        elif word == "CMD":
            image.command = json.loads(rest)
        else:
            assert word in {"EXPOSE", "VOLUME"}, f"the replay does not know {word}"
    return image


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Image]:
    folder = tmp_path_factory.mktemp("image")
    yield build(folder)
    shutil.rmtree(folder)


def test_the_image_serves_and_its_health_check_tells(image: Image, tmp_path: Path) -> None:
    assert image.user == "tillside"
    port = str(free_port())
    env = {**production(tmp_path), **image.environment(), "HOST": "127.0.0.1", "PORT": port}
    python = str(image.python)
    subprocess.run(
        [python, "-m", "flask", "--app", "webapp", "db", "upgrade"],
        cwd=image.inside("."), env=env, check=True, capture_output=True,
    )  # fmt: skip
    command = [python, *image.command[1:]]
    log = tmp_path / "log"
    check = [python, *image.health[1:]]
    assert subprocess.run(check, env=env, capture_output=True, check=False).returncode != 0
    with running(command, log=log, env=env, cwd=image.inside(".")) as process:
        wait_until(lambda: is_listening(int(port)), f"the image, see {log}", process)
        assert subprocess.run(check, env=env, capture_output=True, check=False).returncode == 0
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
        connection.request("GET", "/login", headers={"Host": "till.example"})
        page = connection.getresponse().read().decode()
        connection.close()
    assert re.search(r'href="/static/app\.[0-9a-f]{12}\.css"', page), "static files are not built"


def test_the_image_holds_nothing_but_what_runs(image: Image) -> None:
    inside = {path.name for path in image.inside(".").iterdir()}
    assert inside == {"requirements", "static", "templates", "webapp"}
    assert not (image.root / "tmp/wheels").exists()


def test_the_environment_of_the_image_is_checked_by_production(image: Image) -> None:
    assert "APP_ENV" not in image.env, "production is the default; the image must not say otherwise"
