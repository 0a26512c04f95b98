"""What a page shows of the rows of a thread, by rules written down here again."""

from __future__ import annotations

from collections.abc import Mapping

from comms.wire.bodies import (
    DeletionBody,
    EditBody,
    IntroductionBody,
    PinBody,
    ReactionBody,
    TextBody,
)
from comms.wire.roster import Role
from tests.client.soak.book import Row


def expected(rows: list[Row]) -> list[tuple[object, ...]]:
    """What a page shows of these, by rules written down here again."""
    shown: dict[bytes, dict[str, object]] = {}
    for row in rows:
        body = row.body
        if isinstance(body, TextBody):
            shown[row.sealed.hash] = {
                "seq": row.seq,
                "by": row.sender,
                "text": body.text,
                "emoji": {},
            }
        elif isinstance(body, IntroductionBody) and row.role is Role.GUEST:
            shown[row.sealed.hash] = {
                "seq": row.seq,
                "by": row.sender,
                "text": body.name,
                "emoji": {},
            }
        elif isinstance(body, EditBody | DeletionBody | ReactionBody):
            act(shown.get(body.target), row, body)
        else:
            assert isinstance(body, PinBody | IntroductionBody)
    return [view(one) for one in shown.values()]


def act(
    target: dict[str, object] | None, row: Row, body: EditBody | DeletionBody | ReactionBody
) -> None:
    if target is None or target["text"] is None:
        return
    own = target["by"] == row.sender
    if isinstance(body, EditBody) and own:
        target["text"] = body.text
    elif isinstance(body, DeletionBody) and (own or row.role is Role.OWNER):
        target["text"], target["emoji"] = None, {}
    elif isinstance(body, ReactionBody):
        emoji = target["emoji"]
        assert isinstance(emoji, dict)
        people = emoji.setdefault(body.emoji, set())
        if body.is_set:
            people.add(row.sender)
        else:
            people.discard(row.sender)


def view(one: Mapping[str, object]) -> tuple[object, ...]:
    emoji = one["emoji"]
    assert isinstance(emoji, dict)
    reactions = tuple(sorted((sign, tuple(sorted(who))) for sign, who in emoji.items() if who))
    return one["seq"], one["by"], one["text"], reactions
