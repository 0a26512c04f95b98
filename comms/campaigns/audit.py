"""What the acts on campaigns are called in the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from comms.campaigns.models import Campaign, Edition
from comms.campaigns.services.caps import ALL_MAIL, EACH_DOMAIN
from comms.content.audit import named_language
from comms.core.actors import Actor

SENTENCES = {
    "campaigns.created_campaign": _("made the campaign %(name)s"),
    "campaigns.updated_campaign": _("changed the campaign %(name)s"),
    "campaigns.created_edition": _("planned the edition %(title)s"),
    "campaigns.updated_edition": _("changed the edition %(title)s"),
    "campaigns.deleted_edition": _("deleted the edition %(title)s"),
    "campaigns.accepted_fallback": _("accepted %(language)s where a text is missing"),
    "campaigns.refused_fallback": _("no longer accepts %(language)s where a text is missing"),
    "campaigns.submitted_edition": _(
        "froze an edition for approval: %(sendable)s of %(recipients)s can be sent to"
    ),
    "campaigns.approved_edition": _("approved an edition"),
    "campaigns.rejected_edition": _("sent an edition back: %(note)s"),
    "campaigns.reopened_edition": _("opened an edition for changes again"),
    "campaigns.scheduled_edition": _("scheduled an edition"),
    "campaigns.began_edition": _("began to send an edition"),
    "campaigns.held_changed_edition": _(
        "put an edition on hold, since it is not what was approved any more"
    ),
    "campaigns.paused_edition": _("paused an edition"),
    "campaigns.resumed_edition": _("resumed an edition"),
    "campaigns.cancelled_edition": _("cancelled an edition"),
    "campaigns.completed_edition": _("completed an edition"),
    "campaigns.held_edition": _("put an edition on hold"),
    "campaigns.released_edition": _("released an edition from its hold"),
    "campaigns.sent_batch": _("sent a batch of %(size)s"),
    "campaigns.recovered_batch": _("settled a batch of %(size)s whose sender had stopped"),
    "campaigns.resolved_unknown": _("decided on %(count)s deliveries of unknown outcome"),
    "campaigns.set_cap": _("limited %(what)s to %(per_second)s messages a second"),
    "campaigns.removed_cap": _("lifted the limit of %(per_second)s messages a second for %(what)s"),
    "campaigns.unsubscribed": _(
        "stopped updates to an address, since its owner unsubscribed (%(queued)s were still waiting)"
    ),
}


def _campaigns(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Campaign.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    return dict(rows.values_list("id", "name"))


def _editions(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Edition.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    return dict(rows.values_list("id", "title"))


def _limited(key: str) -> str:
    """What a limit is for, as a reader knows it."""
    return {ALL_MAIL: gettext("all mail"), EACH_DOMAIN: gettext("mail to each domain")}.get(
        key, key
    )


SUBJECTS = {
    "cap": (_("limit"), ""),
    "delivery": (_("message"), ""),
    "campaign": (_("campaign"), "campaigns:campaign", _campaigns),
    "edition": (_("edition"), "campaigns:edition", _editions),
}

NAMES = {
    "campaigns.set_cap": {"what": _limited},
    "campaigns.removed_cap": {"what": _limited},
    "campaigns.accepted_fallback": {"language": named_language},
    "campaigns.refused_fallback": {"language": named_language},
}
