"""What the acts on content are called in the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.content.models import Template
from comms.core.actors import Actor
from comms.directory.facts.languages import language_name

SENTENCES = {
    "content.created_key_message": _("wrote a key message: %(text)s"),
    "content.updated_key_message": _("changed a key message: %(text)s"),
    "content.retired_key_message": _("retired a key message: %(text)s"),
    "content.created_template": _("made the template %(name)s"),
    "content.updated_template": _("changed the template %(name)s"),
    "content.archived_template": _("archived the template %(name)s"),
    "content.saved_variant": _("saved version %(version)s of a text in %(language)s"),
}


def _templates(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Template.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    return dict(rows.values_list("id", "name"))


SUBJECTS = {
    "key_message": (_("key message"), "content:key_message"),
    "template": (_("template"), "content:template", _templates),
    "variant": (_("text"), ""),
}


def named_language(tag: str) -> str:
    """A language's name in the reader's own."""
    return language_name(tag, get_language() or "en")


NAMES = {"content.saved_variant": {"language": named_language}}
