"""Model fields that are sealed at rest, and the blind index that finds them.

A sealed column holds ciphertext bound to its workspace, table, column and row: moved anywhere else it
can't be read. The instance decrypts a field when it is read, not when it is loaded. `values()` gives the
ciphertext. The row's primary key must be known before it is saved (`default=uuid7`).
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.core import checks
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection, models
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import class_prepared, pre_save
from django.utils.translation import gettext_lazy as _

from comms.core import keyring
from comms.core.tenancy import current_workspace_id

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


class PlaintextRefusedError(TypeError):
    """Code tried to write a plain value where only the row's own sealing is right: a bug."""


class Ciphertext(bytes):
    """A sealed value as it is stored."""

    __slots__ = ()


class _SealedAttribute(DeferredAttribute):
    """Decrypts at the first reading and remembers the result on the instance."""

    field: SealedField

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        if isinstance(value, Ciphertext):
            value = self.field.unseal(_workspace_of(instance), instance.pk, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


def _workspace_of(instance: Any) -> uuid.UUID:
    # A deferred workspace is not loaded for each row: row-level security says which one it is.
    loaded = instance.__dict__.get("workspace_id") or current_workspace_id()
    workspace_id = loaded or instance.workspace_id
    if workspace_id is None:
        raise PlaintextRefusedError("set the workspace before an encrypted field is read or saved")
    return uuid.UUID(str(workspace_id)) if isinstance(workspace_id, str) else workspace_id


class SealedField(_Field):
    """What the encrypted fields share. Not filterable, except by `isnull`."""

    descriptor_class = _SealedAttribute
    _aad: bytes = b""

    def get_internal_type(self) -> str:
        return "BinaryField"

    def plain_to_bytes(self, value: Any) -> bytes:
        """The bytes that are sealed for a value."""
        raise NotImplementedError

    def bytes_to_plain(self, content: bytes) -> Any:
        """The value again."""
        raise NotImplementedError

    def seal(self, workspace_id: uuid.UUID, pk: object, value: Any) -> Ciphertext:
        """`value` sealed for one row of this column."""
        return Ciphertext(
            keyring.seal(workspace_id, self._row_aad(workspace_id, pk), self.plain_to_bytes(value))
        )

    def unseal(self, workspace_id: uuid.UUID, pk: object, sealed: bytes) -> Any:
        """The value of one row. Raises SealedValueError when it was sealed for any other place."""
        return self.bytes_to_plain(
            keyring.unseal(workspace_id, self._row_aad(workspace_id, pk), bytes(sealed))
        )

    def _row_aad(self, workspace_id: uuid.UUID, pk: object) -> bytes:
        if pk is None:
            raise PlaintextRefusedError(f"{self} needs a primary key that is known before saving")
        return self._aad + workspace_id.bytes + str(pk).encode()

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False
    ) -> None:
        super().contribute_to_class(cls, name, private_only)
        if not cls._meta.abstract:
            self._aad = f"entente field v1\x00{cls._meta.db_table}\x00{self.column}\x00".encode()
            # db_table is final only once the whole class is there.
            class_prepared.connect(self._bind, sender=cls)

    def _bind(self, sender: type[models.Model], **_kwargs: object) -> None:
        self._aad = f"entente field v1\x00{sender._meta.db_table}\x00{self.column}\x00".encode()

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        stored = model_instance.__dict__.get(self.attname)
        if isinstance(stored, Ciphertext):
            if add:
                raise PlaintextRefusedError(
                    f"{self}: a value that was never read can't be copied to a new row"
                )
            return stored
        value = getattr(model_instance, self.attname)
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return self.seal(_workspace_of(model_instance), model_instance.pk, value)

    def from_db_value(self, value: Any, *_args: object) -> Ciphertext | None:
        return None if value is None else Ciphertext(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if value is None:
            return None
        if not isinstance(value, Ciphertext):
            raise PlaintextRefusedError(
                f"{self}: write it through save(), bulk_create() or update_sealed(), which know the row"
            )
        return connection.Database.Binary(bytes(value))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self} is encrypted: filter by its BlindIndexField instead.")

    def value_to_string(self, obj: models.Model) -> str:
        raise PlaintextRefusedError(f"{self} is not serialised: use the product's backup")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found = super().check(**kwargs)
        if not hasattr(self.model, "workspace_id"):
            found.append(
                checks.Error(
                    "An encrypted field needs a model with workspace_id.", obj=self, id="core.E001"
                )
            )
        if self.primary_key or self.unique or getattr(self, "db_index", False):
            found.append(
                checks.Error("An encrypted field can't be indexed.", obj=self, id="core.E002")
            )
        return found


class EncryptedTextField(SealedField):
    """Text, sealed at rest. `max_length` is in characters and checked by forms and `full_clean`."""

    description = _("Encrypted text")

    def plain_to_bytes(self, value: Any) -> bytes:
        if not isinstance(value, str):
            raise PlaintextRefusedError(f"{self} holds text, not {type(value).__name__}")
        return value.encode()

    def bytes_to_plain(self, content: bytes) -> str:
        return content.decode()

    def to_python(self, value: Any) -> str | None:
        return value if value is None or isinstance(value, str) else str(value)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        super().validate(value, model_instance)
        if self.max_length is not None and value is not None and len(value) > self.max_length:
            raise ValidationError(
                _("Keep it to %(limit)s characters: it has %(length)s."),
                code="max_length",
                params={"limit": self.max_length, "length": len(value)},
            )

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults: dict[str, Any] = {"max_length": self.max_length}
        if self.max_length is None or self.max_length > 300:
            defaults["widget"] = forms.Textarea
        if self.choices is None:
            defaults["form_class"] = forms.CharField
        return super().formfield(**{**defaults, **kwargs})


class EncryptedJSONField(SealedField):
    """JSON values, sealed at rest. Changing the value in place and saving works."""

    description = _("Encrypted JSON")
    empty_strings_allowed = False

    def plain_to_bytes(self, value: Any) -> bytes:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()

    def bytes_to_plain(self, content: bytes) -> Any:
        return json.loads(content)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": forms.JSONField, **kwargs})


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
        value = self.index_of(_workspace_of(model_instance), getattr(model_instance, self.source))
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


def _sealed_field(model: type[models.Model], name: str) -> SealedField:
    field = model._meta.get_field(name)
    if not isinstance(field, SealedField):
        raise FieldError(f"{model.__name__}.{name} is not encrypted.")
    return field


def decrypt_values(
    model: type[models.Model],
    name: str,
    rows: Iterable[tuple[object, bytes | None]],
    *,
    workspace_id: uuid.UUID | None = None,
) -> Iterator[Any]:
    """The plain values of `rows` of (primary key, ciphertext), as `values_list("pk", name)` gives them.

    For long lists: some 200,000 a second on one core. The workspace is the current one unless given.
    Raises SealedValueError at the first value that belongs elsewhere.
    """
    field = _sealed_field(model, name)
    workspace = workspace_id or current_workspace_id()
    if workspace is None:
        raise PlaintextRefusedError("decrypt_values needs a workspace")
    ring = keyring.ring_of(workspace)
    prefix = field._aad + workspace.bytes
    for pk, sealed in rows:
        if sealed is None:
            yield None
            continue
        try:
            content = ring.open(prefix + str(pk).encode(), sealed)
        except KeyError:
            content = keyring.unseal(workspace, prefix + str(pk).encode(), sealed)
        yield field.bytes_to_plain(content)


def encrypt_values(
    model: type[models.Model],
    name: str,
    rows: Iterable[tuple[object, Any]],
    *,
    workspace_id: uuid.UUID | None = None,
) -> Iterator[Ciphertext | None]:
    """The ciphertexts of `rows` of (primary key, plain value), for COPY and hand-written SQL."""
    field = _sealed_field(model, name)
    workspace = workspace_id or current_workspace_id()
    if workspace is None:
        raise PlaintextRefusedError("encrypt_values needs a workspace")
    for pk, value in rows:
        yield None if value is None else field.seal(workspace, pk, value)


def update_sealed(rows: Iterable[models.Model], names: Iterable[str]) -> int:
    """Write the encrypted fields `names` of many rows in one statement, with the blind indexes over them.

    What `bulk_update` can't do: it doesn't tell a field which row it writes. All rows are of one model.
    """
    instances = list(rows)
    if not instances:
        return 0
    model = type(instances[0])
    meta = model._meta
    fields: list[Any] = [_sealed_field(model, name) for name in names]
    sources = {field.name for field in fields}
    fields += [
        field
        for field in meta.get_fields()
        if isinstance(field, BlindIndexField) and field.source in sources
    ]
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in fields]
    assignments = ", ".join(f"{column} = given.{column}" for column in columns)
    key_type = str(meta.pk.db_type(connection))
    statement = (
        f"UPDATE {quote(meta.db_table)} AS stored SET {assignments} "  # noqa: S608 - quoted names of our own model, no input
        f"FROM unnest(%s::{key_type}[]{', %s::bytea[]' * len(columns)}) "
        f"AS given(given_pk, {', '.join(columns)}) "
        f"WHERE stored.{quote(str(meta.pk.column))} = given.given_pk"
    )
    values = [[field.pre_save(instance, False) for instance in instances] for field in fields]
    arrays = [[None if value is None else bytes(value) for value in column] for column in values]
    with connection.cursor() as cursor:
        cursor.execute(statement, [[instance.pk for instance in instances], *arrays])
        return int(cursor.rowcount)
