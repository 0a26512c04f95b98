"""Making, using and revoking API tokens."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.models.tokens import ApiToken, Scope
from comms.accounts.selectors.memberships import Place, get_actor_by_ids
from comms.accounts.selectors.tokens import get_token
from comms.core.actors import Actor
from comms.core.errors import ConflictError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger.services import record

PREFIX = "entente_"
LONGEST = dt.timedelta(days=366)
MOST_PER_PERSON = 50


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls with a token: the person with their present roles, and what the token may do."""

    token: ApiToken
    place: Place

    def may(self, scope: str) -> bool:
        """True when the token was given `scope`."""
        return scope in self.token.scopes


def create_token(
    *, actor: Actor, name: str, scopes: Collection[Scope], expires_at: dt.datetime
) -> tuple[ApiToken, str]:
    """A new token and its text, which is shown once and stored nowhere.

    Raises InvalidError for no scope or an expiry that is past or over a year away, ConflictError above
    50 tokens a person.
    """
    if not scopes:
        raise InvalidError(_("Choose at least one thing that the token may do."), field="scopes")
    now = timezone.now()
    if not now < expires_at <= now + LONGEST:
        raise InvalidError(_("Choose an expiry within a year from today."), field="expires_at")
    with in_workspace(actor.workspace_id):
        mine = ApiToken.objects.filter(
            workspace_id=actor.workspace_id, made_by_id=actor.user_id, revoked_at=None
        )
        if mine.count() >= MOST_PER_PERSON:
            raise ConflictError(_("You have 50 tokens here. Revoke one first."))
        text = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            workspace_id=actor.workspace_id,
            made_by_id=actor.user_id,
            name=name,
            prefix=text[: len(PREFIX) + 4],
            token_hash=_hash(text),
            scopes=sorted(str(scope) for scope in scopes),
            expires_at=expires_at,
        )
        record(
            action="accounts.created_api_token",
            actor=actor,
            subject_type="api_token",
            subject_id=token.id,
            details={"name": name, "scopes": token.scopes, "expires_at": expires_at},
        )
    return token, text


def revoke_token(*, actor: Actor, token_id: uuid.UUID) -> ApiToken:
    """End a token at once. Raises NotFoundError for one that the actor may not see."""
    with in_workspace(actor.workspace_id):
        token = get_token(actor, token_id)
        changed = ApiToken.objects.filter(id=token.id, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if changed:
            record(
                action="accounts.revoked_api_token",
                actor=actor,
                subject_type="api_token",
                subject_id=token.id,
                details={"name": token.name},
            )
    return token


def find_caller(text: str) -> Caller | None:
    """Who may call with this token: None if it is unknown, revoked or expired, or its maker has left.

    Found by its hash: what a comparison's timing tells of a hash of 256 random bits helps nobody.
    """
    if not text.startswith(PREFIX) or len(text) > 100:
        return None
    token = ApiToken.objects.filter(
        token_hash=_hash(text), revoked_at=None, expires_at__gt=timezone.now()
    ).first()
    if token is None:
        return None
    try:
        place = get_actor_by_ids(user_id=token.made_by_id, workspace_id=token.workspace_id)
    except NotFoundError:
        return None
    today = timezone.now().date()
    if token.last_used_on != today:
        ApiToken.objects.filter(id=token.id).update(last_used_on=today)
    return Caller(token, place)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
