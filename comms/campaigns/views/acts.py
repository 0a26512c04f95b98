"""Steering an edition: release, pause, resume, cancel, delete, decide over unknowns."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from comms.accounts.scope import MemberRequest, member_view
from comms.campaigns import selectors, services
from comms.campaigns.models import Edition
from comms.campaigns.selectors.frozen import frozen_of
from comms.campaigns.views.words import what_will_happen
from comms.core.actors import Role
from comms.core.errors import CommsError, NotFoundError


def _done(
    request: MemberRequest, edition_id: uuid.UUID, act: Callable[[], object], said: str
) -> HttpResponse:
    """Do it, say so or why not, and go back to the edition."""
    try:
        act()
    except NotFoundError:
        raise  # 404, as at every other address
    except CommsError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("campaigns:edition", request.workspace.slug, edition_id)


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def schedule_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """The last question before it goes out."""
    found = selectors.get_edition(request.actor, edition)
    if request.method == "POST":
        return _done(
            request,
            found.id,
            lambda: services.schedule_edition(actor=request.actor, edition_id=found.id),
            _("Released. It goes out when it is due."),
        )
    if found.state != Edition.State.APPROVED:
        return redirect("campaigns:edition", request.workspace.slug, found.id)
    frozen = frozen_of(request.actor, found)
    return render(
        request,
        "campaigns/confirm.html",
        {
            "edition": found,
            "title": _("Release “%(title)s”?") % {"title": found.title},
            "lead": what_will_happen(found, frozen),
            "consequences": [
                _("What a mail server has taken can't be called back."),
                _("You can pause, hold or cancel what has not gone out yet at any moment."),
            ],
            "action": ngettext(
                "Send to %(count)s recipient", "Send to %(count)s recipients", frozen.sendable
            )
            % {"count": localize(frozen.sendable)},
        },
    )


@require_POST
@member_view(Role.EDITOR, Role.ADMIN)
def pause(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Stop sending for now."""
    return _done(
        request,
        edition,
        lambda: services.pause_edition(actor=request.actor, edition_id=edition),
        _("Paused. What is being handed over this second still goes out, nothing else."),
    )


@require_POST
@member_view(Role.EDITOR, Role.ADMIN)
def resume(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Go on."""
    return _done(
        request,
        edition,
        lambda: services.resume_edition(actor=request.actor, edition_id=edition),
        _("Sending goes on where it stopped."),
    )


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def cancel_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Ask once, then end an edition for good."""
    found = selectors.get_edition(request.actor, edition)
    if request.method == "POST":
        return _done(
            request,
            found.id,
            lambda: services.cancel_edition(actor=request.actor, edition_id=found.id),
            _("Cancelled."),
        )
    progress = selectors.edition_progress(found)
    waiting = progress.counts["pending"] + progress.counts["deferred"]
    consequences = [_("It can't be taken up again: make a new edition to send later.")]
    if progress.total:
        consequences = [
            ngettext(
                "%(count)s message that waits is not sent.",
                "%(count)s messages that wait are not sent.",
                waiting,
            )
            % {"count": localize(waiting)},
            ngettext(
                "%(count)s message that was sent stays sent.",
                "%(count)s messages that were sent stay sent.",
                progress.done,
            )
            % {"count": localize(progress.done)},
            *_at_this_moment(progress.counts["sending"]),
            *consequences,
        ]
    return render(
        request,
        "campaigns/confirm.html",
        {
            "edition": found,
            "title": _("Cancel “%(title)s” for good?") % {"title": found.title},
            "consequences": consequences,
            "action": _("Cancel the edition"),
            "danger": True,
        },
    )


def _at_this_moment(count: int) -> list[str]:
    """What a sender has in its hands: most of it is given back, some may be with a server already."""
    if not count:
        return []
    words = ngettext(
        "%(count)s message is being handed over at this moment. It stops where that is still possible.",
        "%(count)s messages are being handed over at this moment. They stop where that is still possible.",
        count,
    )
    return [words % {"count": localize(count)}]


@require_http_methods(["GET", "POST"])
@member_view(Role.EDITOR, Role.ADMIN)
def delete_page(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Ask once, then throw a draft away."""
    found = selectors.get_edition(request.actor, edition)
    if request.method == "POST":
        try:
            services.delete_edition(actor=request.actor, edition_id=found.id)
        except CommsError as error:
            messages.error(request, error.message)
            return redirect("campaigns:edition", request.workspace.slug, found.id)
        messages.success(request, _("The draft is deleted."))
        return redirect("campaigns:campaign", request.workspace.slug, found.campaign_id)
    return render(
        request,
        "campaigns/confirm.html",
        {
            "edition": found,
            "title": _("Delete the draft “%(title)s”?") % {"title": found.title},
            "consequences": [_("Its audiences and schedule are lost. The texts stay in Content.")],
            "action": _("Delete the draft"),
            "danger": True,
        },
    )


@require_POST
@member_view(Role.EDITOR, Role.ADMIN)
def resolve(request: MemberRequest, edition: uuid.UUID) -> HttpResponse:
    """Decide over messages of unknown fate: the ticked ones, or all if "all" is ticked, with their number."""
    selectors.get_edition(request.actor, edition)
    over_all = request.POST.get("all")
    try:
        chosen = [uuid.UUID(value) for value in request.POST.getlist("delivery")[:1000]]
        decided = services.resolve_unknown(
            actor=request.actor,
            edition_id=edition,
            decision=request.POST.get("decision", ""),
            delivery_ids=None if over_all else chosen,
            expected=int(over_all) if over_all else None,
        )
    except ValueError:
        messages.error(request, _("Reload the page and choose again."))
    except NotFoundError:
        raise  # 404, as at every other address
    except CommsError as error:
        messages.error(request, error.message)
    else:
        messages.success(
            request,
            ngettext("Decided for %(count)s message.", "Decided for %(count)s messages.", decided)
            % {"count": localize(decided)},
        )
    return redirect("campaigns:edition", request.workspace.slug, edition)
