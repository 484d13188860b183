"""`make run`, as started by make: what a stranger sees first, and that it leaves nothing behind."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers.gunicorn import ROOT
from tests.servers.processes import free_port, is_listening, running, stop, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.server

# As the system says it to whoever is not root.
_NOT_FOR_US = """
import socket
class Socket(socket.socket):
    def bind(self, address):
        if address[1] < 1024:
            raise PermissionError(13, "Permission denied")
        super().bind(address)
socket.socket = Socket
"""
COMMAND = [sys.executable, "-m", "webapp.demo"]


@dataclass
class Demo:
    process: subprocess.Popen[bytes]
    port: int
    sandbox_port: int
    var_dir: Path
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def environment(var_dir: Path, port: int, sandbox_port: int) -> dict[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "VAR_DIR": str(var_dir),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        # What a shell may carry for something else.
        "DATABASE_URL": "postgresql://elsewhere/not-ours",
        "APP_ENV": "production",
        "TRUSTED_HOSTS": "elsewhere.example",
    }


def get(port: int, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    text = connection.getresponse().read().decode()
    connection.close()
    return text


@contextmanager
def running_demo(var_dir: Path) -> Iterator[Demo]:
    port, sandbox_port = free_port(), free_port()
    output = var_dir.parent / "output"
    output.unlink(missing_ok=True)
    env = environment(var_dir, port, sandbox_port)
    with running(COMMAND, log=output, env=env, cwd=ROOT, stop_signal=signal.SIGINT) as process:
        wait_until(lambda: "is ready" in output.read_text(), f"the demo, see {output}", process)
        yield Demo(process, port, sandbox_port, var_dir, output)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with running_demo(tmp_path_factory.mktemp("demo") / "var") as demo:
        yield demo


def test_it_prints_the_address_and_the_page_shows_four_logins(first_run: Demo) -> None:
    assert f"{first_run.url}/" in first_run.output.read_text()
    page = get(first_run.port, "/login")
    assert len(re.findall("data-fill-email=", page)) == 4


def test_its_keys_and_databases_are_the_owners_alone(first_run: Demo) -> None:
    for name in ("demo.json", "tillside.db", "log/web.log", "sandbox.db", "sandbox.db-wal"):
        mode = stat.S_IMODE((first_run.var_dir / name).stat().st_mode)
        assert mode == 0o600, f"{name} has mode {mode:o}"


def test_a_busy_port_gives_one_line_that_names_the_way_out(first_run: Demo, tmp_path: Path) -> None:
    for variable, ports in (
        ("PORT", (first_run.port, free_port())),
        ("SANDBOX_PORT", (free_port(), first_run.sandbox_port)),
    ):
        done = subprocess.run(
            COMMAND,
            env=environment(tmp_path / "var", *ports),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        busy = ports[0] if variable == "PORT" else ports[1]
        assert f"Port {busy}" in done.stderr
        assert f"make run {variable}={busy + 10}" in done.stderr


def test_a_second_one_in_the_same_folder_is_refused(first_run: Demo) -> None:
    env = environment(first_run.var_dir, free_port(), free_port())
    done = subprocess.run(COMMAND, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "runs in" in done.stderr
    assert done.stderr.count("\n") == 1


def test_ctrl_c_stops_everything_and_the_next_run_seeds_nothing_again(tmp_path: Path) -> None:
    var_dir = tmp_path / "var"
    with running_demo(var_dir) as demo:
        started = children_of(demo.process.pid)
        assert len(started) == 3
        assert stop(demo.process, signal.SIGINT) == 0
        assert not any(Path(f"/proc/{pid}").exists() for pid in started)
        assert not is_listening(demo.port)
        assert not is_listening(demo.sandbox_port)
    assert "Making up 2,000 customers" in demo.output.read_text()
    keys = (var_dir / "demo.json").read_text()
    with running_demo(var_dir) as again:
        assert "Making up" not in again.output.read_text()
    assert (var_dir / "demo.json").read_text() == keys


def test_a_process_that_dies_stops_the_others_and_says_why(tmp_path: Path) -> None:
    with running_demo(tmp_path / "var") as demo:
        started = children_of(demo.process.pid)  # sandbox, web, worker
        worker = started[2]
        subprocess.run(["kill", "-KILL", str(worker)], check=True)
        assert demo.process.wait(90) == 1
        assert "The worker process was ended by SIGKILL" in demo.output.read_text()
        assert not any(Path(f"/proc/{pid}").exists() for pid in started)


def test_a_port_that_is_no_number_is_refused(tmp_path: Path) -> None:
    env = environment(tmp_path, 8000, 8001) | {"PORT": "eighty"}
    done = subprocess.run(COMMAND, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "PORT must be a whole number from 1 to 65535, not 'eighty'.\n"


@pytest.mark.parametrize(
    ("variable", "value", "reason", "way_out"),
    [
        ("HOST", "nohost.invalid", "", "HOST=127.0.0.1"),
        ("HOST", "192.0.2.1", "Cannot assign requested address", "HOST=127.0.0.1"),
        ("PORT", "80", "Permission denied", "PORT=8080"),
        ("PORT", "443", "Permission denied", "PORT=8443"),
    ],
)
def test_the_advice_is_about_what_is_wrong(
    tmp_path: Path, variable: str, value: str, reason: str, way_out: str
) -> None:
    env = environment(tmp_path / "var", free_port(), free_port()) | {variable: value}
    (tmp_path / "sitecustomize.py").write_text(_NOT_FOR_US if variable == "PORT" else "")
    done = subprocess.run(
        COMMAND,
        env=env | {"PYTHONPATH": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert re.fullmatch(
        rf".*\b{value}\b.* cannot be used \(.*{reason}.*\); choose another: make run {way_out}\n",
        done.stderr,
    )


def test_the_probe_for_a_busy_port_sees_a_listener(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        env = environment(tmp_path / "var", listener.getsockname()[1], free_port())
        done = subprocess.run(
            COMMAND, env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert not (tmp_path / "var" / "sandbox.db").exists(), "it began before it looked"
