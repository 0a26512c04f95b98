"""Addresses of all apps that stay open (sockets, and requests that wait, all under /ws/), and pages that are shared."""

from __future__ import annotations

import re
from typing import Any

from django.urls import path

from comms.campaigns.consumers import EditionConsumer
from comms.feedback.consumers import FeedbackConsumer
from comms.threads.consumers import GuestConsumer, GuestPollConsumer, PollConsumer, ThreadsConsumer

websocket_urlpatterns: list[Any] = [
    path("ws/threads/", ThreadsConsumer.as_asgi()),
    path("ws/guests/", GuestConsumer.as_asgi()),
    path("ws/w/<slug:workspace>/editions/<uuid:edition>/", EditionConsumer.as_asgi()),
    path("ws/w/<slug:workspace>/feedback/", FeedbackConsumer.as_asgi()),
]

waiting_urlpatterns: list[Any] = [
    path("ws/threads/poll/", PollConsumer.as_asgi()),
    path("ws/guests/poll/", GuestPollConsumer.as_asgi()),
]

_PUBLIC_PAGE = re.compile(r"/[fr]/[-a-zA-Z0-9_]+/")
_SUBMISSION = re.compile(r"/f/[-a-zA-Z0-9_]+/send")


def is_public_page(path: str) -> bool:
    """Whether there is one page for everybody at this address: a form's, and the way back (`comms.core.rush`)."""
    return _PUBLIC_PAGE.fullmatch(path) is not None


def is_submission(path: str) -> bool:
    """Whether a form's answers are posted there, by many at once when its link goes round (`comms.core.crowd`)."""
    return _SUBMISSION.fullmatch(path) is not None
