"""`python -m webapp.register`: tells the environment's `flask` program about our commands.

Flask looks for commands of its own first, then for those that installed packages announce, and
for the application's last. Ours are the application's, but for `routes`, which Flask has too, and
`check`, which has to run where the settings do not let an application be made. So this checkout
announces itself as an installed package does: by a `.dist-info` folder with its entry points, and
by a `.pth` file that makes it importable from any folder. Run it again after the checkout was
moved; it may be run any number of times.
"""

from __future__ import annotations

import sysconfig
from pathlib import Path

_NAME = "tillside"
_METADATA = f"Metadata-Version: 2.1\nName: {_NAME}\nVersion: 0\n"
_ENTRY_POINTS = "[flask.commands]\nroutes = webapp.cli:routes\ncheck = webapp.cli:check\n"


def register(site_packages: Path) -> None:
    """Write what an installed package would have.

    Args:
        site_packages: Where the environment keeps its packages.
    """
    folder = site_packages / f"{_NAME}-0.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(_METADATA, encoding="utf-8")
    (folder / "entry_points.txt").write_text(_ENTRY_POINTS, encoding="utf-8")
    (folder / "RECORD").write_text("", encoding="utf-8")
    root = Path(__file__).resolve().parents[1]
    (site_packages / f"{_NAME}.pth").write_text(f"{root}\n", encoding="utf-8")


if __name__ == "__main__":
    register(Path(sysconfig.get_path("purelib")))
