"""Loading an edition to change it: authorised and locked in one call."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from comms.campaigns.models import Edition
from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, NotFoundError


def lock_edition(actor: Actor, edition_id: uuid.UUID) -> Edition:
    """The edition, locked until the transaction ends. Raises NotFoundError."""
    found = (
        Edition.objects.select_for_update(of=("self",))
        .select_related("campaign__template", "workspace")
        .filter(workspace_id=actor.workspace_id, id=edition_id)
        .first()
    )
    if found is None:
        raise NotFoundError(_("There is no such edition in this workspace."))
    return found


def require(allowed: bool, message: str) -> None:
    """Raise ForbiddenError with `message` unless `allowed`."""
    if not allowed:
        raise ForbiddenError(message)


def require_state(edition: Edition, *states: str) -> None:
    """Raise ConflictError unless the edition is in one of `states`: somebody else may have been first."""
    if edition.state not in states:
        raise ConflictError(
            _(
                "This can't be done now: the edition is “%(state)s”. Reload the page to see it as it is."
            )
            % {"state": edition.get_state_display()}
        )
