"""The first run: a link that makes the first account and the first workspace, once."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.models import Membership, SetupLink, User, Workspace
from comms.accounts.services.links import new_token, token_hash
from comms.accounts.services.people import NewKeys, create_person
from comms.accounts.services.workspaces import new_slug, require_workspace_name
from comms.core.actors import Role
from comms.core.errors import ConflictError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger import services as ledger

LIFETIME = timedelta(hours=24)
_PURPOSE = "setup"


def create_setup_link() -> str:
    """A new set-up token, which replaces every earlier one. Raises ConflictError once anyone has an account."""
    with transaction.atomic():
        _one_at_a_time()
        _refuse_after_first()
        SetupLink.objects.all().delete()
        token = new_token(_PURPOSE)
        SetupLink.objects.create(
            token_hash=token_hash(_PURPOSE, token), expires_at=timezone.now() + LIFETIME
        )
    return token


def redeem_setup_link(token: str) -> SetupLink:
    """The link behind a token, if it can still be used. Raises NotFoundError."""
    digest = token_hash(_PURPOSE, token)
    link = SetupLink.objects.filter(token_hash=digest).first() if digest else None
    return _usable(link)


def get_setup_link(link_id: uuid.UUID) -> SetupLink:
    """The link that a visitor's session has redeemed, if it can still be used. Raises NotFoundError."""
    return _usable(SetupLink.objects.filter(id=link_id).first())


def set_up(
    *,
    link_id: uuid.UUID,
    workspace_name: str,
    email: str,
    name: str,
    language: str,
    time_zone: str,
    keys: NewKeys,
) -> tuple[User, Workspace]:
    """Make the first person, who gets every role, and their workspace; the link is used up.

    One person may hold every role because approval still needs a second one: nobody approves their own
    work. Raises NotFoundError for a used or expired link, ConflictError when somebody was faster.
    """
    with transaction.atomic():
        _one_at_a_time()
        link = _usable(SetupLink.objects.select_for_update().filter(id=link_id).first())
        _refuse_after_first()
        person = create_person(
            account_id=link.account_id,
            email=email,
            name=name,
            language=language,
            time_zone=time_zone,
            keys=keys,
        )
        called = require_workspace_name(workspace_name)
        workspace = Workspace.objects.create(name=called, slug=new_slug(called))
        Membership.objects.create(
            workspace=workspace, user=person, roles=[role.value for role in Role]
        )
        link.used_at = timezone.now()
        link.save(update_fields=["used_at"])
        with in_workspace(workspace.id):
            ledger.record(
                action="accounts.set_up_workspace",
                actor_id=person.id,
                subject_type="workspace",
                subject_id=workspace.id,
                details={"name": called, "person": person.name},
            )
    return person, workspace


def _usable(link: SetupLink | None) -> SetupLink:
    if link is None or link.used_at is not None or link.expires_at <= timezone.now():
        raise NotFoundError(
            _(
                "This set-up link has been used, replaced, or has expired. Start the product again for a new one."
            )
        )
    return link


def _refuse_after_first() -> None:
    if User.objects.exists():
        raise ConflictError(
            _("The product is already set up: somebody has an account. Ask them for an invitation.")
        )


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(7412)")
