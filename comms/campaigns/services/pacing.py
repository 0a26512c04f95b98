"""How fast messages may go out: token buckets that all senders share, and pauses for a domain that asks for one."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable

from comms.campaigns.journal.writer import NoteStore
from comms.campaigns.models import SendingCap
from comms.campaigns.transports.base import Batch, Message
from comms.core.tenancy import in_workspace

# A bucket holds a twentieth of a second's worth (at least one), so no second sees more than 5 % over its cap.
# All buckets of a message are asked at once: it takes a token from each or from none. Answers how long to wait, and the
# store's time, both in microseconds.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local wait, filled = 0, {}
for i, key in ipairs(KEYS) do
  local rate = tonumber(ARGV[i])
  local most = math.max(1, rate / 20)
  local kept = redis.call('HMGET', key, 'tokens', 'at')
  local tokens = tonumber(kept[1]) or most
  tokens = math.min(most, tokens + (now - (tonumber(kept[2]) or now)) * rate / 1000000)
  if tokens < 1 then wait = math.max(wait, math.ceil((1 - tokens) * 1000000 / rate)) end
  filled[i] = tokens
end
for i, key in ipairs(KEYS) do
  local tokens = filled[i]
  if wait == 0 then tokens = tokens - 1 end
  redis.call('HSET', key, 'tokens', string.format('%.9f', tokens), 'at', string.format('%.0f', now))
  redis.call('PEXPIRE', key, 60000)
end
return {wait, now}
"""
_LOOK_AGAIN = 0.25


class Caps:
    """What a workspace allows a second, and the buckets that a message draws on."""

    def __init__(self, workspace_id: uuid.UUID, caps: Iterable[SendingCap]) -> None:
        self._workspace_id = workspace_id
        self._by_name = {(cap.kind, cap.key.lower()): cap.per_second for cap in caps}

    @property
    def any(self) -> bool:
        """Something is limited."""
        return bool(self._by_name)

    def buckets(self, *, channel: str, sender: str, domain: str) -> list[tuple[str, int]]:
        """Names and rates of the buckets that one message draws on."""
        found = []
        for kind, key in (("channel", channel), ("sender", sender.lower()), ("domain", domain)):
            rate = self._by_name.get((kind, key))
            if rate is None and kind == "domain":
                rate = self._by_name.get((kind, "*"))
            if rate is not None:
                found.append((f"campaigns:bucket:{self._workspace_id}:{kind}:{key}", rate))
        return found


def load_caps(workspace_id: uuid.UUID) -> Caps:
    """The workspace's caps."""
    with in_workspace(workspace_id):
        return Caps(workspace_id, SendingCap.objects.all())


class CappedPace:
    """Waits for tokens (`transports.base.Pace`)."""

    def __init__(
        self, store: NoteStore, caps: Caps, *, channel: str, sender: str, batch: Batch
    ) -> None:
        self._store = store
        self._caps = caps
        self._channel = channel
        self._sender = sender
        self._batch = batch

    @property
    def free(self) -> bool:
        """No cap applies."""
        return not self._caps.any

    async def wait(self, message: Message) -> bool:
        """True with a token of every bucket; False when the batch was stopped meanwhile."""
        buckets = self._caps.buckets(
            channel=self._channel, sender=self._sender, domain=message.domain
        )
        if not buckets:
            return True
        names = [name for name, _rate in buckets]
        rates = [rate for _name, rate in buckets]
        while self._batch.may_go(message):
            answer = await self._store.command("EVAL", _TAKE, len(names), *names, *rates)
            match answer:
                case [0, _now]:
                    return True
                case [int(microseconds), _now]:
                    await asyncio.sleep(min(microseconds / 1_000_000, _LOOK_AGAIN))
                case _:
                    raise TypeError("the buckets' script answers with two numbers")
        return False


class DomainPauses:
    """Destination domains that put several messages in a row off are left alone for a while.

    1 minute after the fifth temporary refusal in a row, doubled up to 16; known to all senders.
    """

    _STREAK = 5
    _FIRST = 60
    _MOST = 16 * 60
    _CODES = frozenset({421, 450, 451, 452})

    def __init__(self, store: NoteStore, workspace_id: uuid.UUID) -> None:
        self._store = store
        self._prefix = f"campaigns:pause:{workspace_id}:"
        self._streaks: dict[str, int] = {}

    async def paused(self, domains: Iterable[str]) -> dict[str, float]:
        """Which of these domains are left alone now, and for how many seconds more."""
        names = sorted(set(domains))
        if not names:
            return {}
        waits = await asyncio.gather(
            *(self._store.command("PTTL", self._prefix + name) for name in names)
        )
        return {
            name: wait / 1000
            for name, wait in zip(names, waits, strict=True)
            if isinstance(wait, int) and wait > 0
        }

    def heard(self, domain: str, code: int) -> None:
        """Note a server's answer about a message to this domain."""
        if code not in self._CODES:
            self._streaks.pop(domain, None)
            return
        streak = self._streaks[domain] = self._streaks.get(domain, 0) + 1
        if streak >= self._STREAK:
            seconds = min(self._FIRST * 2 ** (streak // self._STREAK - 1), self._MOST)
            self._store.command("SET", self._prefix + domain, 1, "EX", seconds)
