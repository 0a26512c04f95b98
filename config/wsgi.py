"""HTTP as WSGI: what `comms.core.bridge` runs in threads, and what granian serves in production."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from comms.core.warming import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

application = get_wsgi_application()
# Every web process imports this module: uvicorn's through config.asgi.
warm_up()
