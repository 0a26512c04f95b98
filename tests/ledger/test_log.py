"""The public log: gapless, append-only, signed at every size, and provable to anyone."""

from __future__ import annotations

import base64
import datetime as dt
import importlib
import os
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from comms.accounts.models import User, Workspace
from comms.core.errors import ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.ledger import selectors, services
from comms.ledger.log_key import get_log_key
from comms.ledger.models import (
    AuditEntry,
    LogCheckpoint,
    LogCosignature,
    LogLeaf,
    LogNode,
    LogWitness,
)
from comms.ledger.services import LogBrokenError, append_identity
from comms.wire import notes, tlog
from tests.factories import actor_of

pytestmark = pytest.mark.django_db
API = "/api/v1/ledger/"
WITNESS_SEED = bytes(range(32))
WITNESS = notes.witness_verifier("witness.example/w", WITNESS_SEED)


def grow(count: int) -> None:
    for _ in range(count):
        append_identity(user_id=uuid.uuid4(), number=1, entry_hash=os.urandom(32))


def checked() -> notes.Checkpoint:
    return notes.read_checkpoint(selectors.get_checkpoint_note(), get_log_key().verifier)


def unbase64(items: list[str]) -> list[bytes]:
    return [base64.b64decode(one) for one in items]


def test_every_size_is_signed_and_extends_the_one_before() -> None:
    empty = checked()
    assert (empty.size, empty.root) == (0, tlog.tree_hash([]))
    grow(13)
    leaves = selectors.list_leaves(0, 500).leaves
    hashes = [tlog.leaf_hash(leaf) for leaf in leaves]
    assert [row.index for row in LogLeaf.objects.order_by("index")] == list(range(13))
    key = get_log_key().verifier
    roots = {}
    for row in LogCheckpoint.objects.order_by("size"):
        one = notes.read_checkpoint(bytes(row.note), key)
        assert one.root == tlog.tree_hash(hashes[: row.size])
        roots[row.size] = one.root
    assert sorted(roots) == list(range(1, 14))
    for size in roots:
        for first in range(1, size + 1):
            proof = selectors.prove_consistency(first, size)
            tlog.verify_consistency(first, roots[first], size, roots[size], proof)
        for proof_of in selectors.prove_inclusion(hashes[:size], size):
            tlog.verify_inclusion(proof_of.leaf, proof_of.index, size, proof_of.path, roots[size])
    assert len(selectors.prove_inclusion(hashes, 5)) == 5


def test_leaf_says_whose_and_which_entry() -> None:
    user, digest = uuid.uuid4(), os.urandom(32)
    index = append_identity(user_id=user, number=3, entry_hash=digest)
    leaf = tlog.identity_leaf(user, 3, digest)
    assert selectors.list_leaves(index, 1).leaves == [leaf]
    assert selectors.indexes_of([leaf, b"other"]) == {leaf: index}


def test_appending_costs_few_queries_however_long_the_log_is(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    grow(70)
    with django_assert_max_num_queries(9):
        grow(1)


def test_refuses_a_second_entry_of_the_same_number() -> None:
    user = uuid.uuid4()
    append_identity(user_id=user, number=1, entry_hash=os.urandom(32))
    with pytest.raises(IntegrityError), transaction.atomic():
        append_identity(user_id=user, number=1, entry_hash=os.urandom(32))
    assert selectors.log_size() == 1


def test_nothing_is_logged_when_the_transaction_fails() -> None:
    with transaction.atomic():
        grow(2)
        transaction.set_rollback(True)
    assert (selectors.log_size(), LogNode.objects.count()) == (0, 0)
    grow(1)
    assert checked().size == 1


@pytest.mark.parametrize(
    "table", ["ledger_logleaf", "ledger_lognode", "ledger_logcheckpoint", "ledger_logcosignature"]
)
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "DROP TRIGGER ledger_guard_log ON {}",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
    ],
)
def test_refuses_to_remove_anything(table: str, statement: str) -> None:
    grow(2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert checked().size == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_logleaf SET leaf = hash",
        "UPDATE ledger_lognode SET hash = set_byte(hash, 0, 1)",
        "UPDATE ledger_logcheckpoint SET size = size + 10",
        "UPDATE ledger_logcosignature SET seen_at = now()",
    ],
)
def test_refuses_to_change_anything(statement: str) -> None:
    grow(2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    # The right is gone, and the trigger would refuse even its owner.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE has_table_privilege(tgrelid, 'UPDATE, DELETE')), count(*) "
            "FROM pg_trigger WHERE tgname = 'ledger_guard_log'"
        )
        assert cursor.fetchone() == (0, 4)


def test_refuses_to_go_on_under_another_key_or_name(settings: Settings) -> None:
    grow(1)
    kept, settings.LOG_KEY = settings.LOG_KEY, base64.b64encode(os.urandom(32)).decode()
    with pytest.raises(LogBrokenError, match="LOG_KEY"), transaction.atomic():
        grow(1)
    settings.LOG_KEY = kept
    settings.LOG_ORIGIN = "elsewhere.example/identities"
    with pytest.raises(LogBrokenError, match="LOG_ORIGIN"), transaction.atomic():
        grow(1)


@pytest.mark.parametrize(
    ("name", "value"), [("LOG_KEY", "?"), ("LOG_KEY", "AAAA"), ("LOG_ORIGIN", "with space")]
)
def test_says_which_setting_is_wrong(settings: Settings, name: str, value: str) -> None:
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        get_log_key()


def test_refuses_to_sign_over_changed_nodes() -> None:
    """Somebody with the owner's rights changes a stored hash: nothing is signed over it."""
    grow(2)
    forged = LogNode.objects.create(place=7, hash=os.urandom(32))
    LogCheckpoint.objects.create(size=8, note=bytes(LogCheckpoint.objects.get(size=2).note))
    assert forged.place == 7
    with pytest.raises(LogBrokenError, match="not the one that was signed"), transaction.atomic():
        grow(1)


# For anyone, without an account


def test_anyone_follows_the_log_from_its_beginning(client: Client) -> None:
    grow(7)
    key = notes.read_verifier(client.get(f"{API}key").content.decode().strip())
    answer = client.get(f"{API}checkpoint", headers={"Accept": "text/plain"})
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    checkpoint = notes.read_checkpoint(answer.content, key)
    edge = tlog.Edge()
    while edge.size < checkpoint.size:
        page = client.get(f"{API}leaves?start={edge.size}&count=3").json()
        assert page["start"] == edge.size
        assert unbase64(page["edge"]) == edge.hashes
        for leaf in unbase64(page["leaves"]):
            edge.append(tlog.leaf_hash(leaf))
    assert edge.root() == checkpoint.root


def test_anyone_gets_proofs(client: Client) -> None:
    grow(9)
    hashes = [tlog.leaf_hash(leaf) for leaf in selectors.list_leaves(0, 9).leaves]
    wanted = "&".join(f"leaf={one.hex()}" for one in [hashes[8], hashes[2], bytes(32)])
    given = client.get(f"{API}inclusion?{wanted}&size=9").json()
    assert [one["index"] for one in given["proofs"]] == [8, 2]
    for one in given["proofs"]:
        path = unbase64(one["path"])
        tlog.verify_inclusion(bytes.fromhex(one["leaf"]), one["index"], 9, path, checked().root)
    proof = client.get(f"{API}consistency?first=4&second=9").json()
    first = tlog.tree_hash(hashes[:4])
    tlog.verify_consistency(4, first, 9, checked().root, unbase64(proof["proof"]))


@pytest.mark.parametrize(
    "address",
    [
        "leaves?start=3",
        "leaves?start=-1",
        "leaves?count=501",
        "leaves?start=99999999999999999999",
        "inclusion?size=2",
        "inclusion?leaf=00&size=2",
        f"inclusion?leaf={'00' * 32}&size=3",
        f"inclusion?{'&'.join(f'leaf={n:064x}' for n in range(51))}&size=2",
        "consistency?first=2&second=1",
        "consistency?first=0&second=3",
        "consistency?first=x&second=2",
    ],
)
def test_refuses_what_is_out_of_bounds(client: Client, address: str) -> None:
    grow(2)
    answer = client.get(f"{API}{address}")
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


def test_fifty_proofs_cost_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    grow(60)
    hashes = [tlog.leaf_hash(leaf).hex() for leaf in selectors.list_leaves(0, 50).leaves]
    with django_assert_max_num_queries(5):
        answer = client.get(f"{API}inclusion?{'&'.join(f'leaf={one}' for one in hashes)}&size=60")
    assert len(answer.json()["proofs"]) == 50


# Witnesses


@pytest.fixture
def witness(ada: User, mission: Workspace) -> LogWitness:
    with in_workspace(mission.id):
        return services.add_witness(actor=actor_of(ada, mission), verifier=f"{WITNESS}\n")


def line_for(note: bytes, *, seed: bytes = WITNESS_SEED, time: int | None = None) -> str:
    seen = int(timezone.now().timestamp()) if time is None else time
    signature = notes.cosign(note, name=WITNESS.name, seed=seed, time=seen)
    return notes.encode_note("", [signature]).decode().strip()


def leave(client: Client, size: int, line: str) -> Any:
    return client.post(
        f"{API}cosignatures", {"size": size, "cosignature": line}, content_type="application/json"
    )


def test_a_witness_cosigns(client: Client, witness: LogWitness, mission: Workspace) -> None:
    grow(3)
    line = line_for(client.get(f"{API}checkpoint").content)
    for _ in range(2):
        answer = leave(client, 3, line)
        assert answer.status_code == 201, answer.content
    assert answer.json()["witness"] == WITNESS.name
    assert LogCosignature.objects.count() == 1
    note = notes.read_note(client.get(f"{API}checkpoint").content)
    found = notes.line_of(note, WITNESS)
    assert found is not None
    notes.verify_cosignature(note.text, found, WITNESS)
    [row] = client.get(f"{API}witnesses").json()["witnesses"]
    assert (row["name"], row["verifier"], row["size"]) == (WITNESS.name, str(WITNESS), 3)
    with in_workspace(mission.id):
        assert AuditEntry.objects.filter(action="ledger.added_witness").exists()


def test_a_later_checkpoint_has_only_signatures_of_its_own(
    client: Client, witness: LogWitness
) -> None:
    grow(1)
    leave(client, 1, line_for(selectors.get_checkpoint_note()))
    grow(1)
    note = notes.read_note(client.get(f"{API}checkpoint").content)
    assert notes.line_of(note, WITNESS) is None
    [state] = selectors.list_witnesses()
    assert state.size == 1


def test_refuses_cosignatures_that_prove_nothing(client: Client, witness: LogWitness) -> None:
    grow(2)
    note = selectors.get_checkpoint_note()
    older = bytes(LogCheckpoint.objects.get(size=1).note)
    future = int((timezone.now() + dt.timedelta(hours=1)).timestamp())
    for line in (
        line_for(note, seed=bytes(32)),
        line_for(older),
        line_for(note, time=future),
        line_for(note)[:-8],
        line_for(note) + "\n" + line_for(note),
        "\u2014 somebody AAAA",
        "",
        "x" * 3000,
    ):
        assert leave(client, 2, line).status_code == 422, line
    assert leave(client, 9, line_for(note)).status_code == 404
    assert not LogCosignature.objects.exists()


def test_a_removed_witness_counts_no_more(
    client: Client, witness: LogWitness, ada: User, mission: Workspace
) -> None:
    grow(1)
    line = line_for(selectors.get_checkpoint_note())
    leave(client, 1, line)
    with in_workspace(mission.id):
        services.remove_witness(actor=actor_of(ada, mission), witness_id=witness.id)
        with pytest.raises(NotFoundError):
            services.remove_witness(actor=actor_of(ada, mission), witness_id=witness.id)
    assert leave(client, 1, line).status_code == 422
    note = notes.read_note(client.get(f"{API}checkpoint").content)
    assert notes.line_of(note, WITNESS) is None
    assert client.get(f"{API}witnesses").json() == {"witnesses": []}
    assert LogCosignature.objects.count() == 1


def test_another_workspace_does_not_take_a_witness_away(
    witness: LogWitness, oscar: User, elsewhere: Workspace
) -> None:
    with in_workspace(elsewhere.id), pytest.raises(NotFoundError):
        services.remove_witness(actor=actor_of(oscar, elsewhere), witness_id=witness.id)
    assert LogWitness.objects.get(id=witness.id).removed_at is None


def test_refuses_witnesses_from_others_and_keys_that_are_none(
    ada: User, dina: User, mission: Workspace, witness: LogWitness
) -> None:
    with in_workspace(mission.id):
        with pytest.raises(ForbiddenError):
            services.add_witness(actor=actor_of(dina, mission), verifier=str(WITNESS))
        with pytest.raises(ForbiddenError):
            services.remove_witness(actor=actor_of(dina, mission), witness_id=witness.id)
        for text in (str(WITNESS), "nonsense", str(get_log_key().verifier)):
            with pytest.raises(InvalidError):
                services.add_witness(actor=actor_of(ada, mission), verifier=text)


# Entries from before the log


def test_old_entries_are_logged_in_their_order(db: None) -> None:
    class Rows:
        """The entries of a deployment from before the log, as the migration reads them."""

        rows = [(uuid.uuid4(), n + 1, os.urandom(32)) for n in range(5)]

        def using(self, _alias: str) -> Rows:
            return self

        def exists(self) -> bool:
            return True

        def order_by(self, *_names: str) -> Rows:
            return self

        def values_list(self, *_names: str) -> Rows:
            return self

        def iterator(self, *, chunk_size: int) -> Any:
            return iter(self.rows)

    class Old:
        objects = Rows()

    class Apps:
        def get_model(self, app: str, name: str) -> Any:
            return Old if app == "accounts" else apps.get_model(app, name)

    migration = importlib.import_module("comms.accounts.migrations.0005_log_identities")
    with connection.schema_editor() as editor:
        migration.log_entries(Apps(), editor)
        migration.log_entries(Apps(), editor)
    leaves = selectors.list_leaves(0, 10).leaves
    assert leaves == [tlog.identity_leaf(*row) for row in Rows.rows]
    assert checked().root == tlog.tree_hash([tlog.leaf_hash(leaf) for leaf in leaves])
    grow(3)
    assert checked().size == 8
