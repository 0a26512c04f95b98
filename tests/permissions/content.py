"""Routes of content."""

from __future__ import annotations

import datetime
from typing import Any

from comms.content import services
from comms.content.models import KeyMessage, Template
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.actors import Role
from tests import factories
from tests.permissions.rows import MOVED, Cast, Row, members, only

UNPROCESSABLE = 422


def _template(cast: Cast) -> Template:
    editor = factories.actor_of(cast.people["editor"], cast.mission)
    facts = TemplateFacts(
        name="Update",
        purpose="updates",
        source_language="en",
        languages=["en"],
        fallback_language="en",
    )
    template = services.create_template(actor=editor, facts=facts)
    services.save_variant(
        actor=editor,
        template=template,
        column_key="everyone",
        language="en",
        text=VariantText(subject="News", body="Hello", ready=True),
        workspace_name=cast.mission.name,
    )
    return template


def _message(cast: Cast) -> KeyMessage:
    editor = factories.actor_of(cast.people["editor"], cast.mission)
    return services.create_key_message(
        actor=editor, text="The talks go on.", valid_from=datetime.date(2026, 1, 1)
    )


def template(cast: Cast) -> dict[str, Any]:
    """A template with a text."""
    return {"workspace": cast.mission.slug, "template": _template(cast).id}


def cell(cast: Cast) -> dict[str, Any]:
    """Its only cell."""
    return {**template(cast), "column": "everyone", "language": "en"}


def message(cast: Cast) -> dict[str, Any]:
    """A key message."""
    return {"workspace": cast.mission.slug, "message": _message(cast).id}


def words(_cast: Cast) -> dict[str, Any]:
    """A text to preview."""
    return {"subject": "News", "body": "Hello"}


WRITERS = (str(Role.EDITOR), str(Role.ADMIN))

ROWS = [
    Row("content:list", members()),
    Row("content:new", only(*WRITERS)),
    Row("content:new", only(*WRITERS, status=UNPROCESSABLE), method="POST", data=words),
    Row("content:key_messages", members()),
    Row("content:key_message_new", only(*WRITERS)),
    Row("content:key_message", only(*WRITERS), arguments=message),
    Row("content:key_message_retire", only(*WRITERS), arguments=message),
    Row(
        "content:key_message_retire", only(*WRITERS, status=MOVED), method="POST", arguments=message
    ),
    Row("content:template", members(), arguments=template),
    Row("content:edit", only(*WRITERS), arguments=template),
    Row("content:archive", only(*WRITERS), arguments=template),
    Row("content:archive", only(*WRITERS, status=MOVED), method="POST", arguments=template),
    Row("content:variant", members(), arguments=cell),
    Row(
        "content:variant",
        only(*WRITERS, status=UNPROCESSABLE),
        method="POST",
        arguments=cell,
        data=words,
    ),
    Row("content:preview", members(), arguments=cell),
    Row("content:preview_mail", members(), arguments=cell),
    Row("content:preview_draft", only(*WRITERS), method="POST", arguments=cell, data=words),
    Row("content:preview_draft", arguments=cell, everyone=405),
]
