"""Addresses of all apps that stay open: sockets, and requests that wait. All under /ws/."""

from __future__ import annotations

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
