"""The WSGI entry: `webapp.wsgi:app`, made from the environment."""

from __future__ import annotations

import os

from webapp import create_app
from webapp.settings import Settings

app = create_app(Settings.from_environment(os.environ))
