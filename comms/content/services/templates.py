"""Templates: made, changed, archived."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.content.models import Template, TemplateAudience
from comms.content.models.templates import MAX_AUDIENCES, MAX_LANGUAGES
from comms.content.services.rights import require_writer
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError
from comms.directory.facts.languages import language_tag
from comms.directory.models import Purpose
from comms.directory.selectors import list_audiences
from comms.ledger.services import record


@dataclass(frozen=True)
class TemplateFacts:
    """What a template is made of. `audience_ids` may be empty: then everyone gets one text a language."""

    name: str
    purpose: str
    source_language: str
    languages: Sequence[str]
    fallback_language: str
    note: str = ""
    audience_ids: Sequence[uuid.UUID] = ()
    for_everyone: bool = True


def create_template(*, actor: Actor, facts: TemplateFacts) -> Template:
    """A new template without texts. Raises ForbiddenError, InvalidError (a name in use included)."""
    require_writer(actor)
    template = Template(workspace_id=actor.workspace_id, created_by=actor.user_id)
    _check(actor, facts, except_id=template.id)
    with transaction.atomic():
        _write(template, facts)
        _record(actor, "content.created_template", template, facts)
    return template


def update_template(*, actor: Actor, template: Template, facts: TemplateFacts) -> Template:
    """Change what it is and for whom. Texts of a language or audience that was taken out are kept, and
    are there again when it is put back. Raises ForbiddenError, InvalidError, ConflictError.
    """
    require_writer(actor)
    _check(actor, facts, except_id=template.id)
    with transaction.atomic():
        template = _locked(template)
        _write(template, facts)
        _record(actor, "content.updated_template", template, facts)
    return template


def archive_template(*, actor: Actor, template: Template) -> Template:
    """Take it out of the list; campaigns that use it keep it."""
    require_writer(actor)
    with transaction.atomic():
        template = _locked(template)
        template.archived_at = timezone.now()
        template.save(update_fields=["archived_at"])
        record(
            action="content.archived_template",
            actor=actor,
            subject_type="template",
            subject_id=template.id,
            details={"name": template.name},
        )
    return template


def _locked(template: Template) -> Template:
    current = Template.objects.select_for_update().get(id=template.id)
    if current.archived_at is not None:
        raise ConflictError(_("This template was archived."))
    return current


def _write(template: Template, facts: TemplateFacts) -> None:
    template.name = facts.name.strip()
    template.note = facts.note.strip()
    template.purpose = facts.purpose
    template.source_language = facts.source_language
    template.languages = list(dict.fromkeys(facts.languages))
    template.fallback_language = facts.fallback_language
    template.for_everyone = facts.for_everyone or not facts.audience_ids
    template.save()
    wanted = list(dict.fromkeys(facts.audience_ids))
    template.audiences.exclude(audience_id__in=wanted).delete()
    TemplateAudience.objects.bulk_create(
        [
            TemplateAudience(
                workspace_id=template.workspace_id, template=template, audience_id=audience_id
            )
            for audience_id in wanted
        ],
        ignore_conflicts=True,
    )


def _check(actor: Actor, facts: TemplateFacts, *, except_id: uuid.UUID) -> None:
    if not facts.name.strip() or len(facts.name.strip()) > 120:
        raise InvalidError(_("Give it a name of at most 120 characters."), field="name")
    if len(facts.note.strip()) > 300:
        raise InvalidError(_("Say it in at most 300 characters."), field="note")
    if facts.purpose not in Purpose.values:
        raise InvalidError(_("Choose what the template is for."), field="purpose")
    _check_languages(facts)
    if len(facts.audience_ids) > MAX_AUDIENCES:
        raise InvalidError(
            _("Choose at most %(most)d audiences.") % {"most": MAX_AUDIENCES}, field="audiences"
        )
    here = {audience.id for audience in list_audiences(actor)}
    already = set(
        TemplateAudience.objects.filter(template_id=except_id).values_list("audience_id", flat=True)
    )
    if not set(facts.audience_ids) <= here | already:
        raise InvalidError(_("One of the audiences is no longer there."), field="audiences")
    same_name = Template.objects.filter(
        workspace_id=actor.workspace_id, archived_at=None, name__iexact=facts.name.strip()
    ).exclude(id=except_id)
    if same_name.exists():
        raise InvalidError(
            _("Another template has this name already: choose another name."), field="name"
        )


def _check_languages(facts: TemplateFacts) -> None:
    if not 1 <= len(facts.languages) <= MAX_LANGUAGES:
        raise InvalidError(
            _("Choose 1 to %(most)d languages.") % {"most": MAX_LANGUAGES}, field="languages"
        )
    for language in facts.languages:
        if language_tag(language) != language:
            raise InvalidError(
                _("“%(tag)s” is not a known language.") % {"tag": language}, field="languages"
            )
    for field in ("source_language", "fallback_language"):
        if getattr(facts, field) not in facts.languages:
            raise InvalidError(_("This must be one of the template's languages."), field=field)


def _record(actor: Actor, action: str, template: Template, facts: TemplateFacts) -> None:
    record(
        action=action,
        actor=actor,
        subject_type="template",
        subject_id=template.id,
        details={
            "name": template.name,
            "purpose": template.purpose,
            "languages": template.languages,
            "audiences": [str(audience_id) for audience_id in facts.audience_ids],
        },
    )
