"""Rotation of data keys: a new one, then everything sealed anew under it, a share at a time."""

from __future__ import annotations

import datetime as dt
import enum
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

import structlog
from django.apps import apps
from django.db.models import BinaryField, F, Func, Model, Q, QuerySet
from django.utils import timezone

from comms.core import keyring
from comms.core.fields import Ciphertext, SealedField, update_sealed
from comms.core.key_encryption import MissingKeyError, SealedValueError
from comms.core.tenancy import DEPLOYMENT, in_deployment, in_workspace
from comms.ledger.models import DataKey
from comms.ledger.services.entries import record, record_deployment

BATCH = 1_000
SHARE_SECONDS = 20.0

log = structlog.get_logger(__name__)


class Progress(enum.Enum):
    """How far a re-encryption is."""

    DONE = "done"
    MORE = "more"
    WAIT = "wait"
    """Nothing to do now, but another process may still seal with the old key for some minutes."""


def rotate(workspace_id: uuid.UUID) -> uuid.UUID:
    """Make a new data key for the workspace. The background seals everything anew under it."""
    key_id = keyring.add_data_key(workspace_id)
    with in_deployment() if workspace_id == DEPLOYMENT else in_workspace(workspace_id):
        record(action="ledger.rotated_keys", details={"key": key_id})
    return key_id


def rewrap(workspace_ids: Iterable[uuid.UUID]) -> int:
    """Wrap the data keys of these workspaces under the current key-encryption key; how many changed."""
    changed = sum(keyring.rewrap(workspace_id) for workspace_id in workspace_ids)
    record_deployment(
        action="ledger.rewrapped_keys",
        details={"key": keyring.key_encryption_keys().current_id, "count": changed},
    )
    return changed


def needs_reencryption(workspace_id: uuid.UUID) -> bool:
    """True while values of the workspace may be sealed under an older data key."""
    with in_workspace(workspace_id):
        newest = _newest(workspace_id)
    return newest is not None and newest.version > 1 and newest.reencrypted_at is None


def reencrypt_share(
    workspace_id: uuid.UUID,
    *,
    models: Iterable[type[Model]] | None = None,
    seconds: float = SHARE_SECONDS,
) -> Progress:
    """Seal values anew under the newest data key for some `seconds`; call again for MORE.

    Each batch is a transaction of its own, so that a crash loses nothing and the next call goes on.
    A value that can't be read is logged with its table and row, and left: the rotation then never ends.
    """
    deadline = time.monotonic() + seconds
    keyring.forget(workspace_id)
    current = keyring.ring_of(workspace_id).current
    left_over = False
    for model in models if models is not None else sealed_models():
        after: object = None
        while True:
            with in_workspace(workspace_id):
                rows = list(_stale_rows(model, current, after).select_for_update(skip_locked=True))
                left_over |= _seal_anew(model, rows, current) < len(rows)
            if len(rows) < BATCH:
                break
            after = rows[-1].pk
            if time.monotonic() > deadline:
                return Progress.MORE
    return _finish(workspace_id, current, models, left_over=left_over)


def count_stale(workspace_id: uuid.UUID, *, models: Iterable[type[Model]] | None = None) -> int:
    """How many rows of the workspace hold a value under an older data key."""
    with in_workspace(workspace_id):
        newest = _newest(workspace_id)
        if newest is None:
            return 0
        return sum(
            _stale(model, newest.id).count()
            for model in (models if models is not None else sealed_models())
        )


def sealed_models() -> Iterator[type[Model]]:
    """Every model with an encrypted field."""
    for model in apps.get_models():
        if model._meta.managed and _sealed_names(model):
            yield model


def _sealed_names(model: type[Model]) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if isinstance(field, SealedField)]


def _newest(workspace_id: uuid.UUID) -> DataKey | None:
    return (
        DataKey.objects.filter(workspace_id=workspace_id, purpose=DataKey.Purpose.FIELDS)
        .order_by("-version")
        .first()
    )


def _stale(model: type[Model], current: uuid.UUID) -> QuerySet[Any]:
    rows = model._base_manager.all()
    stale = Q()
    for number, name in enumerate(_sealed_names(model)):
        key_id = Func(
            F(name),
            template="substring(%(expressions)s FROM 2 FOR 16)",
            output_field=BinaryField(),
        )
        rows = rows.alias(**{f"key_{number}": key_id})
        # Two comparisons instead of "not equal", so that NULL stays out.
        stale |= Q(**{f"key_{number}__lt": current.bytes})
        stale |= Q(**{f"key_{number}__gt": current.bytes})
    return rows.filter(stale)


def _stale_rows(model: type[Model], current: uuid.UUID, after: object) -> QuerySet[Any]:
    rows = _stale(model, current).order_by("pk")
    return (rows if after is None else rows.filter(pk__gt=after))[:BATCH]


def _seal_anew(model: type[Model], rows: list[Any], current: uuid.UUID) -> int:
    """Open the stale values of `rows` and write them back; how many rows could be opened."""
    names = _sealed_names(model)
    opened = []
    for row in rows:
        try:
            for name in names:
                sealed = row.__dict__[name]
                if isinstance(sealed, Ciphertext) and sealed[keyring.KEY_ID] != current.bytes:
                    getattr(row, name)
        except (SealedValueError, MissingKeyError) as error:
            log.error(
                "rotation.unreadable", table=model._meta.db_table, row=str(row.pk), error=error.code
            )
        else:
            opened.append(row)
    update_sealed(opened, names)
    return len(opened)


def _finish(
    workspace_id: uuid.UUID,
    current: uuid.UUID,
    models: Iterable[type[Model]] | None,
    *,
    left_over: bool,
) -> Progress:
    with in_workspace(workspace_id):
        key = DataKey.objects.get(workspace_id=workspace_id, id=current)
        settled = key.created_at + dt.timedelta(seconds=keyring.CACHE_SECONDS)
        if left_over or timezone.now() < settled:
            return Progress.WAIT
        if count_stale(workspace_id, models=models):
            return Progress.MORE
        if key.reencrypted_at is None:
            DataKey.objects.filter(id=key.id).update(reencrypted_at=timezone.now())
            record(action="ledger.finished_rotation", details={"key": key.id})
        return Progress.DONE
