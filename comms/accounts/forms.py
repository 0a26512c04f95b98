"""Forms of pages that need no encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comms.accounts.mails import require_mail_server
from comms.accounts.models import User
from comms.accounts.models.workspaces import IDLE_MINUTES, INVITATION_DAYS, SESSION_HOURS
from comms.core.actors import Role
from comms.core.zones import time_zone_names

if TYPE_CHECKING:
    _PersonForm = forms.ModelForm[User]
else:
    _PersonForm = forms.ModelForm  # not subscriptable at run time


class ResetForm(ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    """Asks for a mail that restores signing in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Send it if the address has an account. Raises UnavailableError, for every address alike."""
        require_mail_server()
        return str(super().save(request, **kwargs))


class ProfileForm(_PersonForm):
    """How a person is shown and addressed."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=lambda: [(name, name) for name in time_zone_names()],
        help_text=_("Times on your pages are in this zone."),
    )
    waiting_mail = forms.TypedChoiceField(
        label=_("Mail when something waits"),
        choices=User.WaitingMail.choices,
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_(
            "For conversations with messages that you have not read, while no page of them is open. The "
            "mail says only that something waits in Entente, never what, where or from whom. One mail, "
            "then none until you have been here."
        ),
    )

    class Meta:
        model = User
        fields = ("name", "language", "time_zone", "theme", "waiting_mail")


class EmailForm(forms.Form):
    """Another address, and the sign-in secret that the browser derives from the passphrase."""

    email = forms.EmailField(
        label=_("New e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "dir": "ltr"}),
    )
    password = forms.CharField(max_length=64, widget=forms.HiddenInput)


class RolesField(forms.TypedMultipleChoiceField):
    """Some of the five roles, each with what it may do."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Roles"),
            help_text=_("A person may hold several."),
            choices=[
                (Role.ADMIN, _("Administrator: members, settings, everything that is kept")),
                (Role.DIPLOMAT, _("Diplomat: confidential threads with stakeholders")),
                (Role.EDITOR, _("Editor: writes updates and keeps the directory")),
                (Role.APPROVER, _("Approver: approves what another person wrote")),
                (Role.ANALYST, _("Analyst: reads figures and the audit trail")),
            ],
            widget=forms.CheckboxSelectMultiple,
            coerce=Role,
            error_messages={"required": _("Choose at least one role.")},
        )


class RolesForm(forms.Form):
    """The roles of one member."""

    roles = RolesField()


class RulesForm(forms.Form):
    """The rules for signing in to a workspace."""

    second_step_roles = forms.TypedMultipleChoiceField(
        label=_("Who needs a second step to sign in"),
        help_text=_(
            "A passkey, or a code from an app after the passphrase. Whoever has none is asked to add one "
            "before anything of this workspace opens; their API tokens rest until then."
        ),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        coerce=Role,
        required=False,
    )
    idle_minutes = forms.IntegerField(
        label=_("Minutes without use until a browser is signed out"),
        min_value=IDLE_MINUTES[0],
        max_value=IDLE_MINUTES[-1],
        help_text=_("From 5 to 720 (12 hours). Opened keys lock after 30 minutes at the latest."),
    )
    session_hours = forms.IntegerField(
        label=_("Hours until every browser is signed out"),
        min_value=SESSION_HOURS[0],
        max_value=SESSION_HOURS[-1],
        help_text=_(
            "From 1 to 336 (two weeks), counted from signing in, however much it was used."
        ),
    )
    invitation_days = forms.IntegerField(
        label=_("Days that an invitation lasts"),
        min_value=INVITATION_DAYS[0],
        max_value=INVITATION_DAYS[-1],
        help_text=_("From 1 to 30. Invitations that are out already keep their day."),
    )


class InvitationForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    roles = RolesField()


class WorkspaceForm(forms.Form):
    """The name of a workspace."""

    workspace_name = forms.CharField(
        label=_("Name of the workspace"),
        max_length=120,
        help_text=_("The team or mission as its partners know it."),
    )


class LanguageForm(forms.Form):
    """A language to read in, and the page to come back to."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)
    next = forms.CharField(required=False, max_length=500)


def chosen_roles(form: forms.Form) -> list[Role]:
    """The roles of a valid form."""
    return cast(list[Role], form.cleaned_data["roles"])
