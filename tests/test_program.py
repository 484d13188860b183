"""The `flask` program itself, from outside: what `make install` made of it."""

from __future__ import annotations

import json
import os
import subprocess
import sysconfig
from pathlib import Path

FLASK = Path(sysconfig.get_path("scripts")) / "flask"


def program(tmp_path: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the `flask` program itself in a clean environment."""
    given = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environ}
    return subprocess.run(
        [FLASK, "--app", "webapp", *arguments],
        cwd=Path(__file__).parents[1],
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_program_has_our_routes(tmp_path: Path) -> None:
    done = program(tmp_path, "routes", "--permissions", "--json", APP_ENV="demo",
                   NEROPAY_SECRET_KEY="sk_sandbox_0123456789")  # fmt: skip
    assert done.returncode == 0, done.stderr
    routes = {row["endpoint"]: row["roles"] for row in json.loads(done.stdout)}
    assert routes["customers.update"] == ["staff", "manager", "owner"]
    assert routes["people.login"] == ["anybody"]


def test_the_program_names_every_wrong_setting_in_plain_lines(tmp_path: Path) -> None:
    done = program(tmp_path, "sync", PORT="x")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for name in ("NEROPAY_SECRET_KEY", "SECRET_KEY", "PUBLIC_URL", "TRUSTED_HOSTS", "PORT"):
        assert f"  - {name} " in done.stderr
