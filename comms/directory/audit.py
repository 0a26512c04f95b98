"""What the directory's acts are called in the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from comms.core.actors import Actor
from comms.directory.models import Audience, Basis, Channel, Purpose, SuppressionReason
from comms.directory.policies import can_view_directory
from comms.directory.selectors import names_of

SENTENCES = {
    "directory.created_stakeholder": _("added a stakeholder"),
    "directory.updated_stakeholder": _("changed a stakeholder (%(fields)s)"),
    "directory.archived_stakeholder": _("archived a stakeholder"),
    "directory.restored_stakeholder": _("brought a stakeholder back from the archive"),
    "directory.added_contact_point": _("added an address (%(channel)s)"),
    "directory.removed_contact_point": _("removed an address (%(channel)s)"),
    "directory.suppressed_contact_point": _("stopped sending to an address (%(reason)s)"),
    "directory.lifted_suppression": _("allowed sending to a stopped address again: %(because)s"),
    "directory.recorded_consent": _("recorded a lawful basis (%(basis)s) for %(purpose)s"),
    "directory.withdrew_consent": _("ended the lawful basis for %(purpose)s"),
    "directory.changed_many": _("changed %(field)s of %(count)s stakeholders at once"),
    "directory.exported_stakeholders": _("exported stakeholders"),
    "directory.created_audience": _("made the audience %(name)s"),
    "directory.updated_audience": _("changed the audience %(name)s"),
    "directory.archived_audience": _("archived an audience"),
    "directory.added_to_audience": _("added stakeholders to a hand-picked audience"),
    "directory.removed_from_audience": _("removed %(count)s stakeholders from an audience"),
    "directory.staged_import": _("uploaded a list of %(rows)s rows"),
    "directory.discarded_import": _("discarded an uploaded list"),
    "directory.started_import": _("started the import of %(rows)s rows"),
    "directory.stopped_import": _("stopped an import after an error at row %(rows_done)s"),
    "directory.finished_import": _(
        "imported a list: %(created)s new, %(updated)s changed, %(unchanged)s unchanged, "
        "%(failed)s not imported"
    ),
}


def _stakeholders(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    return names_of(ids) if can_view_directory(actor) else {}


def _audiences(actor: Actor, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    if not can_view_directory(actor):
        return {}
    rows = Audience.objects.filter(workspace_id=actor.workspace_id, id__in=ids)
    return dict(rows.values_list("id", "name"))


SUBJECTS = {
    "stakeholder": (_("stakeholder"), "directory:stakeholder", _stakeholders),
    "audience": (_("audience"), "directory:audience", _audiences),
    "import": (_("import"), "directory:import"),
}

_FIELDS = {
    "name": _("Name"),
    "kind": _("Kind"),
    "role": _("Role or title"),
    "region": _("Region"),
    "country": _("Country"),
    "languages": _("Languages"),
    "time_zone": _("Time zone"),
    "notes": _("Notes"),
    "basis": _("Lawful basis"),
    "audience": _("Audience"),
    "archive": _("In the archive"),
}
_CHANNELS = dict(Channel.choices)
_PURPOSES = dict(Purpose.choices)

NAMES = {
    "directory.updated_stakeholder": {"fields": _FIELDS},
    "directory.changed_many": {"field": _FIELDS},
    "directory.added_contact_point": {"channel": _CHANNELS},
    "directory.removed_contact_point": {"channel": _CHANNELS},
    "directory.suppressed_contact_point": {"reason": dict(SuppressionReason.choices)},
    "directory.recorded_consent": {"basis": dict(Basis.choices), "purpose": _PURPOSES},
    "directory.withdrew_consent": {"purpose": _PURPOSES},
}
