"""Publishing: a definition is frozen under the signature of one of the form's readers."""

from __future__ import annotations

import uuid

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.errors import ForbiddenError
from comms.core.tenancy import in_workspace
from comms.feedback import definitions, selectors
from comms.feedback.errors import OvertakenError
from comms.feedback.models import Form, FormVersion
from comms.feedback.services import events
from comms.feedback.services.refusals import refused, stale_key
from comms.ledger import services as ledger
from comms.threads import selectors as threads
from comms.wire import epochs, form_versions, identity
from comms.wire.errors import WireError


def publish_version(
    *, actor: Actor, form_id: uuid.UUID, definition: bytes, statement: bytes
) -> FormVersion:
    """The form's next version, from its exact definition and the statement that the actor signed of it.

    Raises UnreadableError, LeakError, InvalidError, ForbiddenError for who is no reader, StaleKeyError when the
    readers changed, OvertakenError when somebody else published first. The same again gives the same version.
    """
    selectors.require_build(actor)
    definitions.check_publishable(definition)
    try:
        version = form_versions.read_version(statement)
    except WireError as error:
        raise refused(error) from error
    with in_workspace(actor.workspace_id):
        form = selectors.get_form(actor, form_id, lock=True)
        earlier = FormVersion.objects.filter(form=form, statement_hash=version.hash).first()
        if earlier is not None:
            return earlier
        if version.number != form.version_number + 1:
            raise OvertakenError(
                _("Somebody else has published this form meanwhile. Reload it and look at it.")
            )
        _check_statement(actor, form, version, definition)
        row = FormVersion.objects.create(
            workspace_id=actor.workspace_id,
            form=form,
            number=version.number,
            definition=definition.decode(),
            definition_hash=version.definition_hash,
            statement=statement,
            statement_hash=version.hash,
            published_by_id=actor.user_id,
        )
        form.version_number, form.updated_at = version.number, timezone.now()
        form.save(update_fields=["version_number", "updated_at"])
        ledger.record(
            action="feedback.published_version",
            actor=actor,
            subject_type="form",
            subject_id=form.id,
            details={"title": form.title, "number": version.number},
        )
        events.tell_form(actor.workspace_id, form.id)
    return row


def _check_statement(
    actor: Actor, form: Form, version: form_versions.FormVersion, definition: bytes
) -> None:
    """That the actor, a reader in the newest epoch, signed exactly this definition as this form's."""
    if not threads.reads_form(form.thread_id, actor.user_id):
        raise ForbiddenError(_("Only people who read the answers of this form can publish it."))
    newest = threads.get_newest_epoch(form.thread_id)
    if newest != (version.epoch.number, version.epoch.hash):
        raise stale_key()
    record = epochs.read_record(threads.list_records(form.thread_id)[-1])
    try:
        if version.signer.member != actor.user_id:
            raise WireError("signature", "somebody else's statement")
        entry = threads.get_identity(version.signer.member, version.signer.fingerprint)
        if entry is None:
            raise WireError("signature", "unknown keys of the signer")
        signer = identity.read_entry(entry).keys
        form_versions.verify_version(version, record, signer, definition)
    except WireError as error:
        raise refused(error) from error
