"""Finding rows by a value that is sealed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.signals import class_prepared, pre_save

from comms.core import keyring
from comms.core.fields.sealed import PlaintextRefusedError, workspace_of

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class _Index(NamedTuple):
    context: bytes
    normalise: Callable[[str], str]


_indexes: dict[str, _Index] = {}


class BlindIndexField(_Field):
    """A keyed hash of another field's normalised value: equal values are found, nothing else is told.

    Filled on save from `source`; None when the source is empty. `normalise` brings spellings that mean
    the same to one form. Columns of different tables that must match each other share a `context`.
    """

    def __init__(
        self,
        *args: Any,
        source: str,
        normalise: Callable[[str], str] | None = None,
        context: str = "",
        **kwargs: Any,
    ) -> None:
        self.source = source
        self.normalise = normalise or str
        self.context = context
        kwargs.setdefault("null", True)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("editable", None)
        # What a hash means is code; a migration only needs the column.
        return name, path, list(args), {**kwargs, "source": self.source}

    def get_internal_type(self) -> str:
        return "BinaryField"

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            class_prepared.connect(self._register, sender=cls)
            pre_save.connect(self._refuse_half_save, sender=cls)

    def _register(self, sender: type[models.Model], **_kwargs: object) -> None:
        table = sender._meta.db_table
        source = f"{table}.{self.source}"
        index = _Index((self.context or source).encode(), self.normalise)
        _indexes[f"{table}.{self.column}"] = index
        _indexes.setdefault(source, index)

    def _refuse_half_save(self, sender: Any, update_fields: Any = None, **_kwargs: object) -> None:
        if update_fields and self.source in update_fields and self.name not in update_fields:
            raise PlaintextRefusedError(
                f"{self}: name it in update_fields together with {self.source}"
            )

    def index_of(self, workspace_id: uuid.UUID, value: str | None) -> bytes | None:
        """What this column holds for `value` in the workspace; None for nothing."""
        if not value:
            return None
        return blind_index(workspace_id, f"{self.model._meta.db_table}.{self.column}", value)

    def pre_save(self, model_instance: Any, add: bool) -> bytes | None:
        value = self.index_of(workspace_of(model_instance), getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value

    def from_db_value(self, value: Any, *_args: object) -> bytes | None:
        return None if value is None else bytes(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, bytes) or len(value) != 32:
            raise PlaintextRefusedError(f"{self} is filtered by blind_index(…), not by the value")
        return connection.Database.Binary(value)


def blind_index(workspace_id: uuid.UUID, label: str, value: str) -> bytes:
    """The 32 bytes that stand for `value` in the column `label` ("table.column") of the workspace.

    `label` names the source column, or the index column where a source has several.
    """
    return blind_indexes(workspace_id, label, [value])[0]


def blind_indexes(workspace_id: uuid.UUID, label: str, values: Iterable[str]) -> list[bytes]:
    """The same for many values."""
    try:
        context, normalise = _indexes[label]
    except KeyError as error:
        raise ImproperlyConfigured(f"No BlindIndexField is declared for {label}.") from error
    ring = keyring.ring_of(workspace_id)
    return [ring.index(context, normalise(value).encode()) for value in values]
