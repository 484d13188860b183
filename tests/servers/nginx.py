"""nginx with TLS in front of the application, made from the example in deploy/nginx.conf."""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.servers.processes import free_port, is_listening, running, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = Path(__file__).parents[2] / "deploy" / "nginx.conf"
NAME = "till.example"


@dataclass(frozen=True)
class Nginx:
    """A proxy that answers on 127.0.0.1; it is called `till.example`."""

    port: int
    plain_port: int
    certificate: Path

    def context(self) -> ssl.SSLContext:
        """A context that trusts its certificate."""
        return ssl.create_default_context(cafile=str(self.certificate))


@contextlib.contextmanager
def running_nginx(folder: Path, upstream_port: int) -> Iterator[Nginx]:
    """Run nginx in front of a port.

    Args:
        folder: Where its settings, certificate and logs go.
        upstream_port: Where the application listens.
    """
    key, certificate = _make_certificate(folder)
    nginx = Nginx(free_port(), free_port(), certificate)
    site = EXAMPLE.read_text()
    for old, new in (
        ("listen 80;", f"listen 127.0.0.1:{nginx.plain_port};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{nginx.port} ssl;"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream_port};"),
        ("/etc/ssl/till.example/fullchain.pem", str(certificate)),
        ("/etc/ssl/till.example/privkey.pem", str(key)),
        ("/var/log/nginx/", f"{folder}/"),
    ):
        assert old in site, f"deploy/nginx.conf has no {old!r} any more"
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    settings = folder / "nginx.conf"
    settings.write_text(_around(folder))
    log = folder / "nginx.log"
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [program, "-p", str(folder), "-c", str(settings), "-e", str(log)]
    with running(command, log=log) as process:
        wait_until(lambda: is_listening(nginx.port), f"nginx, see {log}", process)
        yield nginx


def _around(folder: Path) -> str:
    temporary = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    return (
        f"{user}daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\n"
        "events { worker_connections 128; }\n"
        f"http {{\n  access_log off;\n{temporary}  include {folder}/site.conf;\n}}\n"
    )


def _make_certificate(folder: Path) -> tuple[Path, Path]:
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-keyout", str(key)]
    command += ["-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1", "-out", str(certificate)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    return key, certificate
