"""The forms of the settings of feedback. What is right is decided by the services; here it is only read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.directory.facts.languages import common_languages, language_name
from comms.feedback.models import ReplyTemplate, Times

TEMPLATE_NAME_LENGTH = 80
CATEGORY_NAME_LENGTH = 120
TEXT_LENGTH = 10_000

_HOURS = (0, 4, 8, 24, 48, 72, 120, 168, 240, 336, 720)
_LEADS = (0, 1, 2, 4, 8, 24, 48, 72)


class CategoryForm(forms.Form):
    """The name of a category."""

    name = forms.CharField(
        label=_("Name of the category"),
        max_length=CATEGORY_NAME_LENGTH,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )


class ReplyTemplateForm(forms.Form):
    """A text that replies begin with."""

    name = forms.CharField(
        label=_("Name"),
        max_length=TEMPLATE_NAME_LENGTH,
        help_text=_("Only your team sees it."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=_("Language"))
    text = forms.CharField(
        label=_("Text"),
        max_length=TEXT_LENGTH,
        help_text=_("{form} becomes the name of the form, in the language of the text."),
        widget=forms.Textarea(attrs={"rows": 8, "dir": "auto"}),
    )

    def __init__(self, data: Any, *, template: ReplyTemplate | None) -> None:
        reader = get_language() or "en"
        initial = {"language": reader}
        if template is not None:
            initial = {"name": template.name, "language": template.language, "text": template.text}
        super().__init__(data, initial=initial)
        tags = {*common_languages(), reader, initial["language"]}
        choices = sorted(
            ((tag, language_name(tag, reader)) for tag in tags), key=lambda one: one[1]
        )
        self.fields["language"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class TimesForm(forms.Form):
    """How soon people should hear from the team."""

    reply_hours = forms.TypedChoiceField(
        label=_("A new form promises a reply"),
        coerce=int,
        help_text=_(
            "Counted from the end of the day on which the answers came. Each form can promise something else, "
            "and a single case can be given another day."
        ),
    )
    reminder_hours = forms.TypedChoiceField(
        label=_("The owner is reminded"),
        coerce=int,
        help_text=_("Of a case without an owner, everybody who works on feedback."),
    )

    def __init__(self, data: Any, *, times: Times) -> None:
        initial = {"reply_hours": times.reply_hours, "reminder_hours": times.reminder_hours}
        super().__init__(data, initial=initial)
        self._offer("reply_hours", {*_HOURS, times.reply_hours}, _after)
        self._offer("reminder_hours", {*_LEADS, times.reminder_hours}, _before)

    def _offer(self, name: str, hours: set[int], words: Any) -> None:
        choices = [(hour, words(hour)) for hour in sorted(hours)]
        self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


def _after(hours: int) -> str:
    if hours == 0:
        return str(_("no promise"))
    return str(_("within %(time)s")) % {"time": _span(hours)}


def _before(hours: int) -> str:
    if hours == 0:
        return str(_("not before it is due"))
    return str(_("%(time)s before it is due")) % {"time": _span(hours)}


def _span(hours: int) -> str:
    from babel.units import format_unit

    reader = (get_language() or "en").replace("-", "_")
    if hours >= 24 and hours % 24 == 0:
        return format_unit(hours // 24, "day", locale=reader)
    return format_unit(hours, "hour", locale=reader)
