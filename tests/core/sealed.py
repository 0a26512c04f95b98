"""A table of the tests' own with every kind of encrypted field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import psycopg
from django.db import connections, models

from comms.core.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from comms.core.ids import uuid7

TABLE = "tests_sealednote"


class SealedNote(models.Model):
    """Two texts, a JSON value and two ways to find a row."""

    objects: ClassVar[models.Manager[SealedNote]]

    id = models.UUIDField(primary_key=True, default=uuid7)
    workspace_id = models.UUIDField()
    email = EncryptedTextField(max_length=254)
    email_index = BlindIndexField(source="email", normalise=lambda value: value.strip().lower())
    domain_index = BlindIndexField(
        source="email",
        normalise=lambda value: value.rpartition("@")[2].lower(),
        context="tests.domain",
    )
    body = EncryptedTextField(null=True, blank=True)
    data = EncryptedJSONField(null=True, blank=True)
    plain = models.CharField(max_length=40, default="")

    class Meta:
        app_label = "core"
        db_table = TABLE
        managed = False


@contextmanager
def table() -> Iterator[None]:
    """Make the table, as its owner would in a migration, and drop it afterwards."""
    owner = connections["owner"].settings_dict
    condition = "workspace_id = NULLIF(current_setting('comms.workspace', true), '')::uuid"
    with psycopg.connect(
        dbname=owner["NAME"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        host=owner["HOST"],
        port=owner["PORT"] or None,
        autocommit=True,
    ) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}".encode())
        connection.execute(
            f"CREATE TABLE {TABLE} (id uuid PRIMARY KEY, workspace_id uuid NOT NULL, email bytea NOT NULL,"
            " email_index bytea, domain_index bytea, body bytea, data bytea, plain varchar(40) NOT NULL);"
            f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;"
            f"ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;"
            f"CREATE POLICY workspace_isolation ON {TABLE} USING ({condition})"
            f" WITH CHECK ({condition});".encode()
        )
        try:
            yield
        finally:
            connections["default"].close()
            connection.execute(f"DROP TABLE {TABLE}".encode())
