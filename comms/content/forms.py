"""Forms of the content pages. What is right is decided by the services; here it is only read."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.content.models import KeyMessage, Template
from comms.content.rendering.compiled import BODY_CHARS, SUBJECT_CHARS
from comms.content.selectors import Cell
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.actors import Actor
from comms.core.errors import CommsError
from comms.directory.facts.languages import common_languages, language_name
from comms.directory.models import Purpose
from comms.directory.selectors import list_audiences, list_facets

# The languages of the United Nations.
_COMMON = ("ar", "en", "es", "fr", "ru", "zh")


def show_refusal(form: forms.BaseForm, error: CommsError) -> None:
    """Put a service's refusal next to the field that it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def language_choices(
    used: Iterable[str], chosen: Collection[str]
) -> list[tuple[str | Promise, list[tuple[str, str]]]]:
    """Languages by their name for the reader: the chosen and used ones, then all that are official somewhere."""
    reader = get_language() or "en"
    near = list(dict.fromkeys([*chosen, *used, *_COMMON]))
    far = [tag for tag in common_languages() if tag not in near]

    def named(tags: list[str]) -> list[tuple[str, str]]:
        pairs = [(tag, language_name(tag, reader)) for tag in tags]
        return sorted(pairs, key=lambda pair: (pair[0] not in chosen, pair[1].casefold()))

    return [(_("Read by your stakeholders, or common"), named(near)), (_("All others"), named(far))]


class TemplateForm(forms.Form):
    """What a template is, for whom and in which languages."""

    name = forms.CharField(label=_("Name"), max_length=120)
    note = forms.CharField(label=_("What it is for"), max_length=300, required=False)
    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=Purpose.choices,
        help_text=_("Only people with a lawful basis for this purpose get it."),
    )
    source_language = forms.ChoiceField(
        label=_("Written first in"), help_text=_("The others are translated from this one.")
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        help_text=_("Each audience gets a text in each of them."),
        widget=forms.CheckboxSelectMultiple,
    )
    fallback_language = forms.ChoiceField(
        label=_("Fallback language"),
        help_text=_(
            "For people none of whose languages are here. A person must accept this for each edition."
        ),
    )
    audiences = forms.MultipleChoiceField(
        label=_("Audiences with a text of their own"),
        help_text=_("Someone in several gets the text of the most specific one."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    for_everyone = forms.BooleanField(
        label=_("Also a text for everyone who is in none of these audiences"), required=False
    )

    def __init__(self, *args: Any, actor: Actor, template: Template | None = None, **kwargs: Any):
        if template is not None and "initial" not in kwargs:
            kwargs["initial"] = {
                "name": template.name,
                "note": template.note,
                "purpose": template.purpose,
                "source_language": template.source_language,
                "languages": template.languages,
                "fallback_language": template.fallback_language,
                "audiences": [row.audience_id for row in template.audiences.all()],
                "for_everyone": template.for_everyone,
            }
        super().__init__(*args, **kwargs)
        chosen = template.languages if template else self.initial.get("languages", ())
        choices = language_choices(list_facets(actor).languages, chosen)
        for name in ("source_language", "languages", "fallback_language"):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices
        audiences = self.fields["audiences"]
        if isinstance(audiences, forms.ChoiceField):
            audiences.choices = [(str(row.id), row.name) for row in list_audiences(actor)]

    def facts(self) -> TemplateFacts:
        """What the person chose. Only after `is_valid`."""
        data = self.cleaned_data
        return TemplateFacts(
            name=data["name"],
            note=data["note"],
            purpose=data["purpose"],
            source_language=data["source_language"],
            languages=data["languages"],
            fallback_language=data["fallback_language"],
            audience_ids=[uuid.UUID(value) for value in data["audiences"]],
            for_everyone=data["for_everyone"],
        )


class VariantForm(forms.Form):
    """The text of one cell."""

    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_CHARS)
    body = forms.CharField(
        label=_("Text"), max_length=BODY_CHARS, widget=forms.Textarea(attrs={"rows": 16})
    )
    key_messages = forms.MultipleChoiceField(
        label=_("Key messages that this text carries"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    in_line = forms.BooleanField(
        label=_("This text says what the source text says now"),
        required=False,
        help_text=_("Tick it when the two agree. Until then the text is marked as older."),
    )
    seen_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    source_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, cell: Cell, messages: list[KeyMessage], **kwargs: Any):
        variant, source = cell.variant, cell.source
        carried = [str(link.key_message_id) for link in variant.carried.all()] if variant else []
        kwargs.setdefault(
            "initial",
            {
                "subject": variant.subject if variant else "",
                "body": variant.body if variant else "",
                "key_messages": carried,
                "in_line": variant is None or cell.state != "stale",
                "seen_version": variant.version if variant else 0,
                "source_version": source.version if source else 0,
            },
        )
        super().__init__(*args, **kwargs)
        for name in ("subject", "body"):
            self.fields[name].widget.attrs |= {"dir": cell.direction, "lang": cell.language}
        field = self.fields["key_messages"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (str(message.id), message.text)
                for message in messages
                if message.retired_at is None or str(message.id) in carried
            ]
        if not messages:
            del self.fields["key_messages"]
        if source is None:
            del self.fields["in_line"]

    def text(self, *, ready: bool) -> VariantText:
        """What the person wrote. Only after `is_valid`."""
        data = self.cleaned_data
        return VariantText(
            subject=data["subject"],
            body=data["body"],
            ready=ready,
            key_message_ids=[uuid.UUID(value) for value in data.get("key_messages", [])],
            seen_version=data["seen_version"],
            in_line_with=data["source_version"] if data.get("in_line") else None,
        )


class KeyMessageForm(forms.Form):
    """One key message."""

    text = forms.CharField(
        label=_("Key message"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    required = forms.BooleanField(
        label=_("Every text must carry it"),
        required=False,
        help_text=_("A text that lacks it can't be sent."),
    )
    valid_from = forms.DateField(
        label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Holds until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("The last day. Leave it empty if no end is known."),
    )

    def __init__(self, *args: Any, message: KeyMessage | None = None, **kwargs: Any):
        if message is not None:
            kwargs["initial"] = {
                "text": message.text,
                "required": message.required,
                "valid_from": message.valid_from,
                "valid_until": message.valid_until,
            }
        super().__init__(*args, **kwargs)
