"""Keeping the codebook and the texts that replies begin with."""

from __future__ import annotations

import re
import uuid

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import InvalidError
from comms.core.tenancy import in_workspace
from comms.feedback import selectors
from comms.feedback.errors import TakenError
from comms.feedback.models import Category, ReplyTemplate
from comms.ledger import services as ledger

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}")
_LANGUAGE = re.compile(r"|[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def save_category(*, actor: Actor, category_id: uuid.UUID | None, code: str, name: str) -> Category:
    """A new entry of the codebook, or that one with another code or name.

    Raises InvalidError with the field, TakenError for a code that there is, NotFoundError.
    """
    selectors.require_work(actor)
    code, name = code.strip(), name.strip()
    if not _CODE.fullmatch(code):
        raise InvalidError(
            _("A code has up to 20 letters, digits, dots and hyphens."), field="code"
        )
    if not 1 <= len(name) <= 120:
        raise InvalidError(_("Give a name of up to 120 characters."), field="name")
    with in_workspace(actor.workspace_id):
        row = (
            selectors.get_category(actor, category_id)
            if category_id
            else Category(workspace_id=actor.workspace_id)
        )
        row.code, row.name = code, name
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise TakenError(
                _("There is a category with this code already."), field="code"
            ) from error
        _record(actor, "feedback.saved_category", "category", row.id, code)
    return row


def remove_category(*, actor: Actor, category_id: uuid.UUID) -> None:
    """Take an entry out of the codebook; cases with it have none then. Raises NotFoundError."""
    selectors.require_work(actor)
    with in_workspace(actor.workspace_id):
        row = selectors.get_category(actor, category_id)
        code = row.code
        row.delete()
        _record(actor, "feedback.removed_category", "category", category_id, code)


def save_template(
    *, actor: Actor, template_id: uuid.UUID | None, name: str, language: str, text: str
) -> ReplyTemplate:
    """A new reply template, or that one with another text.

    Raises InvalidError with the field, TakenError for a name that there is in this language, NotFoundError.
    """
    selectors.require_work(actor)
    name = name.strip()
    if not 1 <= len(name) <= 80:
        raise InvalidError(_("Give a name of up to 80 characters."), field="name")
    if len(language) > 35 or not _LANGUAGE.fullmatch(language):
        raise InvalidError(_("That is no language."), field="language")
    if not 1 <= len(text.strip()) <= 10_000:
        raise InvalidError(_("Write a text of up to 10,000 characters."), field="text")
    with in_workspace(actor.workspace_id):
        row = (
            selectors.get_template(actor, template_id)
            if template_id
            else ReplyTemplate(workspace_id=actor.workspace_id)
        )
        row.name, row.language, row.text = name, language, text
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise TakenError(
                _("There is a template with this name in this language already."), field="name"
            ) from error
        _record(actor, "feedback.saved_template", "reply_template", row.id, name)
    return row


def remove_template(*, actor: Actor, template_id: uuid.UUID) -> None:
    """Replies that were written with it stay. Raises NotFoundError."""
    selectors.require_work(actor)
    with in_workspace(actor.workspace_id):
        row = selectors.get_template(actor, template_id)
        name = row.name
        row.delete()
        _record(actor, "feedback.removed_template", "reply_template", template_id, name)


def _record(actor: Actor, action: str, kind: str, subject_id: uuid.UUID, name: str) -> None:
    ledger.record(
        action=action,
        actor=actor,
        subject_type=kind,
        subject_id=subject_id,
        details={"name": name},
    )
