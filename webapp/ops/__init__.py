"""Operations: health, readiness, metrics, and one log line a request.

Here: what an operator's machines ask and read. Not here: anything that staff see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from webapp.ops import logs, requests
from webapp.ops.requests import request_id

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["init_app", "request_id"]


def init_app(app: Flask) -> None:
    """Start logging, give every answer its request id, and add the operators' routes.

    Called after whatever else wraps `app.wsgi_app` (static files), so that their answers carry
    the id too, and before ProxyFix, so that the client's real address is known here.
    """
    from webapp.ops import views  # needs the people's marks, which need this package's name

    logs.configure(app.extensions["tillside.settings"].log_level)
    requests.init_app(app)
    app.register_blueprint(views.blueprint)
