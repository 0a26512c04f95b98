"""Text and JSON that are sealed at rest."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.core import checks
from django.core.exceptions import FieldError, ValidationError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import class_prepared
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
            value = self.field.unseal(workspace_of(instance), instance.pk, value)
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


def workspace_of(instance: Any) -> uuid.UUID:
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

    def aad_of(self, workspace_id: uuid.UUID) -> bytes:
        """What all values of this column in the workspace are bound to; the row's key follows it."""
        return self._aad + workspace_id.bytes

    def _row_aad(self, workspace_id: uuid.UUID, pk: object) -> bytes:
        if pk is None:
            raise PlaintextRefusedError(f"{self} needs a primary key that is known before saving")
        return self.aad_of(workspace_id) + str(pk).encode()

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
        return self.seal(workspace_of(model_instance), model_instance.pk, value)

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
