"""The WSGI entry: `webapp.wsgi:app`, made from the environment.

In production it is not made on a database whose migrations were not run, whoever starts it.
"""

from __future__ import annotations

import os
import sys

from webapp import create_app
from webapp.db.schema import problem_at_start
from webapp.settings import Settings

_settings = Settings.from_environment(os.environ)
if _settings.is_production and (_problem := problem_at_start(_settings.database_url)):
    sys.exit(_problem)
app = create_app(_settings)
