"""Addresses and lawful bases of a stakeholder."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from comms.accounts.scope import MemberRequest, member_view
from comms.core.errors import CommsError
from comms.directory import selectors, services
from comms.directory.forms import ConsentForm, ContactPointForm, EndConsentForm, LiftForm
from comms.directory.forms.fields import add_error
from comms.directory.models import ContactPoint, SuppressionReason
from comms.directory.views.posted import posted
from comms.directory.views.stakeholders import OFFICERS, WRITERS


def _profile(request: MemberRequest, stakeholder_id: uuid.UUID) -> str:
    return reverse("directory:stakeholder", args=[request.workspace.slug, stakeholder_id])


def _form_page(
    request: MemberRequest, form: forms.Form, stakeholder: Any, title: str, action: str
) -> HttpResponse:
    return render(
        request,
        "directory/small_form.html",
        {"form": form, "stakeholder": stakeholder, "title": title, "action": action},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def add_address(request: MemberRequest, stakeholder_id: uuid.UUID) -> HttpResponse:
    """One more way to reach them."""
    stakeholder = selectors.get_stakeholder(request.actor, stakeholder_id)
    form = ContactPointForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            point = services.add_contact_point(
                actor=request.actor, stakeholder_id=stakeholder_id, **form.cleaned_data
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            if point.is_suppressed:
                messages.warning(
                    request,
                    _(
                        "The address is added, but sending to it was stopped before and stays stopped."
                    ),
                )
            else:
                messages.success(request, _("The address is added."))
            return redirect(_profile(request, stakeholder_id))
    return _form_page(request, form, stakeholder, _("Add an address"), _("Add the address"))


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def remove_address(
    request: MemberRequest, stakeholder_id: uuid.UUID, contact_point_id: uuid.UUID
) -> HttpResponse:
    """Ask once, then forget it."""
    point = selectors.get_contact_point(request.actor, stakeholder_id, contact_point_id)
    if request.method == "POST":
        services.remove_contact_point(
            actor=request.actor, stakeholder_id=stakeholder_id, contact_point_id=contact_point_id
        )
        messages.success(request, _("The address is removed."))
        return redirect(_profile(request, stakeholder_id))
    consequences = [_("Nothing is sent to it any more, queued messages included.")]
    if point.is_suppressed:
        consequences.append(_("Should it be added again, sending to it stays stopped."))
    return _ask(
        request,
        point,
        _("Remove %(address)s") % {"address": point.address},
        consequences,
        _("Remove this address"),
    )


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def stop_address(
    request: MemberRequest, stakeholder_id: uuid.UUID, contact_point_id: uuid.UUID
) -> HttpResponse:
    """Ask once, then send nothing more to it."""
    point = selectors.get_contact_point(request.actor, stakeholder_id, contact_point_id)
    if request.method == "POST":
        services.suppress_contact_point(
            contact_point_id=point.id, reason=SuppressionReason.OFFICER, actor=request.actor
        )
        messages.success(request, _("Nothing is sent to this address any more."))
        return redirect(_profile(request, stakeholder_id))
    return _ask(
        request,
        point,
        _("Stop sending to %(address)s") % {"address": point.address},
        [
            _("Nothing is sent to it any more, queued messages included."),
            _("Another address of theirs is used instead, if they have one."),
            _("Only an administrator or editor can allow it again, and must say why."),
        ],
        _("Stop sending"),
    )


@require_http_methods(["GET", "POST"])
@member_view(*OFFICERS)
def allow_address(
    request: MemberRequest, stakeholder_id: uuid.UUID, contact_point_id: uuid.UUID
) -> HttpResponse:
    """Lift a suppression; the reason is kept."""
    point = selectors.get_contact_point(request.actor, stakeholder_id, contact_point_id)
    form = LiftForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.lift_suppression(
                actor=request.actor,
                stakeholder_id=stakeholder_id,
                contact_point_id=contact_point_id,
                because=form.cleaned_data["because"],
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("Sending to this address is allowed again."))
            return redirect(_profile(request, stakeholder_id))
    title = _("Allow sending to %(address)s again") % {"address": point.address}
    return _form_page(request, form, point.stakeholder, title, _("Allow sending again"))


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def add_basis(request: MemberRequest, stakeholder_id: uuid.UUID) -> HttpResponse:
    """Record on what ground their data is used."""
    stakeholder = selectors.get_stakeholder(request.actor, stakeholder_id)
    form = ConsentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.record_consent(
                actor=request.actor, stakeholder_id=stakeholder_id, **form.cleaned_data
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            messages.success(request, _("The lawful basis is recorded."))
            return redirect(_profile(request, stakeholder_id))
    return _form_page(request, form, stakeholder, _("Record a lawful basis"), _("Record it"))


@require_http_methods(["GET", "POST"])
@member_view(*WRITERS)
def end_basis(
    request: MemberRequest, stakeholder_id: uuid.UUID, consent_id: uuid.UUID
) -> HttpResponse:
    """They withdrew or objected."""
    stakeholder = selectors.get_stakeholder(request.actor, stakeholder_id)
    consent = selectors.get_consent(request.actor, stakeholder_id, consent_id)
    form = EndConsentForm(posted(request))
    if request.method == "POST" and form.is_valid():
        try:
            ended = services.withdraw_consent(
                stakeholder_id=stakeholder_id,
                purpose=consent.purpose,
                how=form.cleaned_data["how"],
                actor=request.actor,
            )
        except CommsError as error:
            add_error(form, error.field, error.message)
        else:
            if ended:
                messages.success(
                    request, _("The lawful basis is ended; nothing is sent on it any more.")
                )
            return redirect(_profile(request, stakeholder_id))
    title = _("End the lawful basis for “%(purpose)s”") % {"purpose": consent.get_purpose_display()}
    return _form_page(request, form, stakeholder, title, _("End it now"))


def _ask(
    request: MemberRequest, point: ContactPoint, title: str, consequences: list[str], action: str
) -> HttpResponse:
    return render(
        request,
        "_confirm.html",
        {
            "title": title,
            "lead": point.stakeholder.name,
            "consequences": consequences,
            "action": action,
            "cancel_url": _profile(request, point.stakeholder_id),
            "danger": True,
        },
    )
