"""Routes of the audit trail and of API tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from comms.accounts.models import Scope
from comms.accounts.services import create_token
from comms.ledger.services import add_witness
from comms.wire import notes
from tests import factories
from tests.permissions.rows import Cast, Row, members, nothing, only


def _export(cast: Cast) -> dict[str, Any]:
    return {"workspace": cast.mission.slug, "extension": "csv"}


def _dinas_token(cast: Cast) -> dict[str, Any]:
    token, _text = create_token(
        actor=factories.actor_of(cast.people["diplomat"], cast.mission),
        name="x",
        scopes=[Scope.AUDIT_READ],
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    return {"workspace": cast.mission.slug, "token_id": token.id}


def _witness(cast: Cast) -> dict[str, Any]:
    witness = add_witness(
        actor=factories.actor_of(cast.people["admin"], cast.mission),
        verifier=str(notes.witness_verifier("witness.example/w", bytes(32))),
    )
    return {"workspace": cast.mission.slug, "witness_id": witness.id}


def _no_cosignature(_cast: Cast) -> dict[str, Any]:
    return {"size": 7, "cosignature": "x"}


ROWS = [
    Row("ledger:list", expected=only("admin", "analyst")),
    Row("ledger:list", query="?since=nonsense", expected=only("admin", "analyst", status=422)),
    Row("ledger:check", method="POST", expected=only("admin", "analyst", status=302)),
    Row("ledger:export", method="POST", arguments=_export, expected=only("admin", "analyst")),
    Row("log:page", expected=members()),
    Row("log:page", query="?q=1", expected=members()),
    Row("log:witness_add", method="POST", expected=only("admin", status=422)),
    Row(
        "log:witness_remove",
        method="POST",
        arguments=_witness,
        expected=only("admin", status=302),
    ),
    *(
        Row(f"api:log_{name}", arguments=nothing, everyone=200)
        for name in ("checkpoint", "key", "leaves", "witnesses")
    ),
    Row("api:log_inclusion", arguments=nothing, everyone=422),
    Row("api:log_inclusion", arguments=nothing, query=f"?leaf={'00' * 32}&size=1", everyone=422),
    Row("api:log_consistency", arguments=nothing, query="?first=0&second=0", everyone=200),
    Row(
        "api:log_cosignatures",
        method="POST",
        arguments=nothing,
        data=_no_cosignature,
        content_type="application/json",
        everyone=404,
    ),
    Row("accounts:tokens", expected=members()),
    Row("accounts:token_new", expected=members()),
    Row(
        "accounts:token_revoke",
        arguments=_dinas_token,
        expected=only("admin", "diplomat", otherwise=404),
    ),
]
