"""How open pages hear of what happens: over a socket, or by asking again and again."""

from comms.threads.consumers.base import (
    IDLE,
    MALFORMED,
    NOT_A_MEMBER,
    SIGNED_OUT,
    TOO_SLOW,
)
from comms.threads.consumers.guests import GuestConsumer, GuestPollConsumer
from comms.threads.consumers.polling import PollConsumer
from comms.threads.consumers.socket import ThreadsConsumer

__all__ = [
    "IDLE",
    "MALFORMED",
    "NOT_A_MEMBER",
    "SIGNED_OUT",
    "TOO_SLOW",
    "GuestConsumer",
    "GuestPollConsumer",
    "PollConsumer",
    "ThreadsConsumer",
]
