"""Forms of the campaign pages. What is right is decided by the services; here it is only read."""

from __future__ import annotations

import datetime
import uuid
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comms.campaigns.models import Delivery, Edition, SendingCap
from comms.campaigns.services import Decision, EditionPlan, Schedule
from comms.campaigns.services.caps import EACH_DOMAIN, FASTEST
from comms.campaigns.services.due_times import instant_of
from comms.content.selectors import list_templates
from comms.core.actors import Actor
from comms.core.errors import CommsError
from comms.directory.facts.zones import zone_names
from comms.directory.selectors import list_audiences


def show_refusal(form: forms.BaseForm, error: CommsError) -> None:
    """Put a service's refusal next to the field that it names, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)


def plan_of(edition: Edition) -> EditionPlan:
    """The plan as it stands, for a step that changes part of it."""
    return EditionPlan(
        title=edition.title,
        audience_ids=list(edition.audiences.values_list("audience_id", flat=True)),
        schedule=Schedule(
            kind=Edition.Schedule(edition.schedule_kind),
            at=edition.send_at,
            local_date=edition.local_date,
            local_time=edition.local_time,
            time_zone=edition.time_zone,
        ),
        from_name=edition.from_name,
        from_address=edition.from_address,
        reply_to=edition.reply_to,
        unknown_policy=edition.unknown_policy,
    )


class CampaignForm(forms.Form):
    """A new campaign and its first edition."""

    name = forms.CharField(label=_("Name of the campaign"), max_length=160)
    objective = forms.CharField(
        label=_("Objective"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("What should be different once people have read this?"),
    )
    template = forms.ChoiceField(label=_("Template"), help_text=_("Its texts are what is sent."))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["template"])
        field.choices = [(str(row.id), row.name) for row in list_templates(actor)[:200]]


class EditionForm(forms.Form):
    """The first step: what the edition is called and who it comes from."""

    title = forms.CharField(
        label=_("Title of this edition"), max_length=160, help_text=_("Only your team sees it.")
    )
    from_name = forms.CharField(
        label=_("Sender's name"),
        max_length=120,
        required=False,
        help_text=_("Empty: the name of this workspace."),
    )
    from_address = forms.CharField(
        label=_("Sender's address"),
        max_length=254,
        required=False,
        help_text=_("Empty: the address that the administrator set."),
    )
    reply_to = forms.EmailField(label=_("Replies go to"), max_length=254, required=False)


class AudiencesForm(forms.Form):
    """The second step: to whom."""

    audiences = forms.MultipleChoiceField(
        label=_("Audiences"),
        error_messages={"required": _("Choose at least one audience.")},
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Someone who is in several gets one message."),
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["audiences"])
        field.choices = [(str(row.id), row.name) for row in list_audiences(actor)]

    def audience_ids(self) -> list[uuid.UUID]:
        """What was chosen. Only after `is_valid`."""
        return [uuid.UUID(value) for value in self.cleaned_data["audiences"]]


class ScheduleForm(forms.Form):
    """The third step: when."""

    NOW, INSTANT, LOCAL = "now", "instant", "local"

    when = forms.ChoiceField(
        label=_("When"),
        choices=[
            (NOW, _("As soon as it is approved and released")),
            (INSTANT, _("At one moment for everyone")),
            (LOCAL, _("At each recipient's own local time")),
        ],
        widget=forms.RadioSelect,
    )
    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    unknown_policy = forms.ChoiceField(
        label=_("If something breaks while a message is being handed over"),
        choices=Edition.UnknownPolicy.choices,
        widget=forms.RadioSelect,
        help_text=_(
            "Then nobody can know whether it arrived. Sent again with the same Message-ID, most mail "
            "programs show it once."
        ),
    )

    def __init__(self, *args: Any, edition: Edition, own_zone: str, **kwargs: Any):
        kwargs.setdefault("initial", self._initial(edition, own_zone))
        super().__init__(*args, **kwargs)
        field = cast(forms.ChoiceField, self.fields["time_zone"])
        field.choices = [
            ("UTC", "UTC"),
            *((name, name.replace("_", " ")) for name in zone_names()),
        ]

    def _initial(self, edition: Edition, own_zone: str) -> dict[str, Any]:
        zone = edition.time_zone if edition.time_zone != "UTC" else own_zone
        initial: dict[str, Any] = {
            "time_zone": zone,
            "unknown_policy": edition.unknown_policy,
            "when": self.NOW,
        }
        if edition.schedule_kind == Edition.Schedule.LOCAL:
            local = {"when": self.LOCAL, "day": edition.local_date, "time": edition.local_time}
            return {**initial, **local}
        if edition.send_at is not None:
            moment = edition.send_at.astimezone(ZoneInfo(zone))
            return {**initial, "when": self.INSTANT, "day": moment.date(), "time": moment.time()}
        return initial

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("when") in {self.INSTANT, self.LOCAL}:
            for name in ("day", "time"):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, gettext("Give the day and the time."))
        return data

    def schedule(self) -> Schedule:
        """The schedule that was chosen. Only after `is_valid`."""
        data = self.cleaned_data
        zone = data["time_zone"]
        if data["when"] == self.LOCAL:
            return Schedule(
                kind=Edition.Schedule.LOCAL,
                local_date=data["day"],
                local_time=data["time"],
                time_zone=zone,
            )
        if data["when"] == self.INSTANT:
            local = datetime.datetime.combine(data["day"], data["time"])
            # A time that clocks skip becomes the next valid instant, a repeated one its first occurrence.
            at = instant_of(local, ZoneInfo(zone))
            return Schedule(at=at, time_zone=zone)
        return Schedule(time_zone=zone)


class ReasonForm(forms.Form):
    """Why: for a hold, or for sending an edition back."""

    reason = forms.CharField(
        label=_("Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"})
    )


class ApprovalForm(forms.Form):
    """The approver's yes, with what they have looked at."""

    read = forms.BooleanField(label=_("I have read every text as a recipient gets it."))
    harmless = forms.BooleanField(
        label=_("Nothing in it can put a person in danger or take a side that we must not take.")
    )
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    expected = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_expected(self) -> bytes:
        """The hash that the page showed."""
        try:
            return bytes.fromhex(self.cleaned_data["expected"])
        except ValueError:
            raise forms.ValidationError(_("Reload the page and read it again.")) from None


class LogFilterForm(forms.Form):
    """Which deliveries the log shows. A field that isn't valid narrows nothing and says so."""

    q = forms.CharField(label=_("Recipient"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *Delivery.State.choices]
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    reason = forms.ChoiceField(label=_("Why"), required=False)

    def __init__(
        self,
        *args: Any,
        languages: list[tuple[str, str]],
        reasons: list[tuple[str, str]],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        everything = [("", gettext("All"))]
        cast(forms.ChoiceField, self.fields["language"]).choices = everything + languages
        cast(forms.ChoiceField, self.fields["reason"]).choices = everything + reasons
        self.fields["q"].widget.attrs.update(
            {"placeholder": _("Name or e-mail address"), "dir": "auto"}
        )


class DecisionForm(forms.Form):
    """What to do with messages of unknown fate."""

    decision = forms.ChoiceField(label=_("What to do"), choices=Decision.choices)


class SpeedForm(forms.Form):
    """A limit to how fast mail goes out."""

    what = forms.ChoiceField(
        label=_("What is limited"),
        choices=[
            ("channel", _("All mail of this workspace")),
            ("each", _("Mail to each destination domain")),
            ("domain", _("Mail to one destination domain")),
            ("sender", _("Mail from one sender's address")),
        ],
        widget=forms.RadioSelect,
        initial="channel",
    )
    key = forms.CharField(
        label=_("Which domain or sender"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
        help_text=_("For the last two: example.org, or news@example.org."),
    )
    per_second = forms.IntegerField(
        label=_("Messages a second, at most"), min_value=1, max_value=FASTEST
    )

    def cap(self) -> dict[str, Any]:
        """What was filled in, for `services.set_cap`."""
        what = self.cleaned_data["what"]
        return {
            "kind": SendingCap.Kind.DOMAIN if what == "each" else SendingCap.Kind(what),
            "key": EACH_DOMAIN if what == "each" else self.cleaned_data["key"],
            "per_second": self.cleaned_data["per_second"],
        }
