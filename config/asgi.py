"""One port: HTTP goes to Django's WSGI handler in threads, WebSockets go to Channels."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

from config.wsgi import application as _wsgi  # isort: skip - sets Django up before anything below is imported

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings

from comms.core.bodies import BodyGate
from comms.core.bridge import WsgiThreads
from comms.core.crowd import Crowd
from comms.core.refusals import refusal
from comms.core.rush import Rush
from comms.core.tenancy import refuse_bypassing_role
from comms.feedback.views.answering_data import send_together
from config.routing import is_public_page, is_submission, waiting_urlpatterns, websocket_urlpatterns

refuse_bypassing_role()


_http: Any = Rush(
    BodyGate(
        Crowd(
            WsgiThreads(_wsgi, threads=settings.WEB_THREADS),
            is_meant=is_submission,
            take=send_together,
        ),
        limit=settings.MAX_BODY_BYTES,
        seconds=30,
        refusal=refusal,
    ),
    is_public=is_public_page,
)

_WAITING = frozenset(f"/{entry.pattern}" for entry in waiting_urlpatterns)
_waiting: Any = AuthMiddlewareStack(URLRouter(waiting_urlpatterns))


async def _requests(scope: Any, receive: Any, send: Any) -> None:
    """A request that waits for news would hold one of the WSGI threads; it waits in the event loop."""
    await (_waiting if scope["path"] in _WAITING else _http)(scope, receive, send)


application = ProtocolTypeRouter(
    {
        "http": _requests,
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(URLRouter(websocket_urlpatterns))
        ),
    }
)
