"""Settings of a workspace: its name, its members and their roles, invitations."""

from __future__ import annotations

import uuid
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from comms.accounts import policies, selectors, services
from comms.accounts.forms import InvitationForm, RolesForm, WorkspaceForm, chosen_roles
from comms.accounts.mails import send_invitation
from comms.accounts.models import User
from comms.accounts.scope import MemberRequest, member_view, person_page
from comms.accounts.views.answers import limit_rate
from comms.core.actors import Role
from comms.core.errors import CommsError, UnavailableError
from comms.core.paging import page_of


@require_GET
@member_view()
def settings_hub(request: MemberRequest) -> HttpResponse:
    """What can be set, each part one click away."""
    return render(
        request,
        "accounts/settings.html",
        {
            "may_manage": policies.can_manage_members(request.actor),
            "may_create": policies.can_create_workspace(cast(User, request.user)),
        },
    )


@require_GET
@member_view()
def members(request: MemberRequest) -> HttpResponse:
    """Who is here in which roles; for administrators also who is invited."""
    may_manage = policies.can_manage_members(request.actor)
    return render(
        request,
        "accounts/members.html",
        {
            "page": page_of(request, selectors.list_members(request.actor)),
            "invitations": selectors.list_open_invitations(request.actor)[:100]
            if may_manage
            else [],
            "may_manage": may_manage,
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN)
def member(request: MemberRequest, membership_id: uuid.UUID) -> HttpResponse:
    """The roles of one member."""
    membership = selectors.get_membership(request.actor, membership_id)
    form = RolesForm(request.POST or None, initial={"roles": membership.roles})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_roles(
                actor=request.actor, membership_id=membership_id, roles=chosen_roles(form)
            )
        except CommsError as error:
            form.add_error("roles", error.message)
        else:
            messages.success(
                request, _("The roles of %(name)s are saved.") % {"name": membership.user.name}
            )
            return redirect("accounts:members", request.workspace.slug)
    return render(
        request,
        "accounts/member.html",
        {"form": form, "membership": membership},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN)
def member_remove(request: MemberRequest, membership_id: uuid.UUID) -> HttpResponse:
    """Ask once, then end a membership."""
    membership = selectors.get_membership(request.actor, membership_id)
    back = reverse("accounts:members", args=[request.workspace.slug])
    if request.method == "POST":
        try:
            services.remove_member(actor=request.actor, membership_id=membership_id)
        except CommsError as error:
            messages.error(request, error.message)
        else:
            messages.success(
                request, _("%(name)s is no longer a member.") % {"name": membership.user.name}
            )
        return redirect(back)
    return render(
        request,
        "_confirm.html",
        {
            "title": _("Remove %(name)s") % {"name": membership.user.name},
            "lead": _("From %(workspace)s only; the account stays.")
            % {"workspace": request.workspace.name},
            "consequences": [
                _("They can open nothing of this workspace any more, from this moment on."),
                _(
                    "They are out of every conversation here. Nothing is sent in those until an owner of the "
                    "conversation has opened it, whose browser makes a new key."
                ),
            ],
            "action": _("Remove this member"),
            "cancel_url": back,
            "danger": True,
        },
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN, transaction=False)
def invite(request: MemberRequest) -> HttpResponse:
    """Invite an address; the link is mailed, and shown this once."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            limit_rate(request, "invite")
            invitation, token = services.create_invitation(
                actor=request.actor, email=form.cleaned_data["email"], roles=chosen_roles(form)
            )
        except CommsError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            link = f"{settings.PUBLIC_URL}{reverse('accounts:join')}#{token}"
            problem = ""
            try:
                send_invitation(invitation, link, sender=request.actor.name)
            except UnavailableError as error:
                problem = error.message
            return render(
                request,
                "accounts/invited.html",
                {"invitation": invitation, "link": link, "problem": problem},
            )
    return render(
        request, "accounts/invite.html", {"form": form}, status=422 if form.errors else 200
    )


@require_POST
@member_view(Role.ADMIN)
def invitation_withdraw(request: MemberRequest, invitation_id: uuid.UUID) -> HttpResponse:
    """Make an invitation useless."""
    services.withdraw_invitation(actor=request.actor, invitation_id=invitation_id)
    messages.success(request, _("The invitation is withdrawn: its link opens nothing any more."))
    return redirect("accounts:members", request.workspace.slug)


@require_http_methods(["GET", "POST"])
@member_view(Role.ADMIN)
def workspace_name(request: MemberRequest) -> HttpResponse:
    """Rename the workspace."""
    form = WorkspaceForm(request.POST or None, initial={"workspace_name": request.workspace.name})
    if request.method == "POST" and form.is_valid():
        services.rename_workspace(actor=request.actor, name=form.cleaned_data["workspace_name"])
        messages.success(request, _("The name is saved."))
        return redirect("accounts:settings", request.workspace.slug)
    return render(
        request, "accounts/workspace_name.html", {"form": form}, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@login_required
@person_page
def workspace_new(request: HttpRequest) -> HttpResponse:
    """Open another workspace."""
    person = cast(User, request.user)
    if not policies.can_create_workspace(person):
        return render(request, "403.html", status=403)
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        workspace = services.create_workspace(
            person=person, name=form.cleaned_data["workspace_name"]
        )
        messages.success(request, _("The workspace is open. Invite your team."))
        return redirect("accounts:members", workspace.slug)
    return render(
        request, "accounts/workspace_new.html", {"form": form}, status=422 if form.errors else 200
    )
