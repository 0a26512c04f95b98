"""The real services, one database for each test worker, and the cast that the tests know by name."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis
from psycopg import sql

from comms.accounts.models import User, Workspace
from comms.core.actors import Actor, Role
from comms.core.tenancy import in_workspace
from comms.stack.embedded import running
from tests import factories
from tests.stack import migrated

# How long an example takes to be made or tried says how busy the machine is, and nothing about the code.
hypothesis.register_profile("promises", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("promises")

_ROOT = Path(__file__).resolve().parents[1]
_JOURNEYS = _ROOT / "tests" / "journeys"


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL and Valkey once, in the process that hands out the tests, and migrate a template."""
    if hasattr(config, "workerinput") or config.option.collectonly or config.option.help:
        return
    chosen = [Path(one.partition("::")[0]).resolve() for one in config.args]
    if all(one.is_relative_to(_JOURNEYS) for one in chosen):
        # They only speak to running systems, which bring services of their own.
        return
    stack = contextlib.ExitStack()
    endpoints = stack.enter_context(running(settings.VAR, durable=False))
    config.add_cleanup(stack.close)
    _migrate_template(endpoints.database_owner_url)


def _migrate_template(owner_url: str) -> None:
    """Bring the template database up to the migrations, anew when one of them has changed."""
    stamp = Path(settings.VAR) / "template-stamp"
    if stamp.is_file() and stamp.read_text() == migrated.stamp():
        return
    stamp.unlink(missing_ok=True)
    with psycopg.connect(owner_url, autocommit=True) as connection:
        # The schema is public's tables only, so that the grants and default privileges stay.
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(sql.Identifier(table))
            )
        functions = connection.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
            "WHERE n.nspname = 'public' AND pg_get_userbyid(p.proowner) = current_user"
        ).fetchall()
        for (function,) in functions:
            connection.execute(
                sql.SQL("DROP FUNCTION IF EXISTS {} CASCADE").format(sql.SQL(function))
            )
    # In a process of its own: pytest-django keeps this one from the database until a test asks.
    subprocess.run(
        [
            sys.executable,
            "-m",
            "django",
            "migrate",
            "--database=owner",
            "--verbosity=0",
            "--no-input",
        ],
        check=True,
        cwd=_ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test"},
    )
    stamp.write_text(migrated.stamp())


def pytest_collection_finish() -> None:
    """Looking through the product's and the tests' own objects for garbage, again and again, finds nothing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: object) -> Iterator[None]:
    """A database of this worker's own, copied from the migrated template, seen as the app's role."""
    owner = settings.DATABASES["owner"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"comms_test_{worker}"
    dsn = {
        "host": owner["HOST"],
        "port": owner["PORT"] or None,
        "user": owner["USER"],
        "password": owner["PASSWORD"],
    }
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(dbname="postgres", autocommit=True, **dsn) as connection:  # type: ignore[arg-type]  # a dict of connection words
        # Two workers may not copy the template at the same moment.
        connection.execute("SELECT pg_advisory_lock(7411)")
        connection.execute(drop)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE comms STRATEGY FILE_COPY").format(
                sql.Identifier(name)
            )
        )
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock(), connections["default"].cursor() as cursor:  # type: ignore[attr-defined]  # pytest-django's blocker has no public type
        # Those that a server's threads keep; only the role itself may end them. Each is gone when this returns.
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )
    connections.close_all()
    with psycopg.connect(dbname="postgres", autocommit=True, **dsn) as connection:  # type: ignore[arg-type]  # as above
        # Without FORCE it waits for the connection that was closed just now, which the owner may not end.
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


BEFORE_EMPTYING: list[Callable[[], None]] = []
"""Each returns when what it started in this process has let go of the database.

Emptying takes every table for itself. Whoever still reads two of them in another order stops it (a deadlock), and
the next test finds the rows of this one.
"""


@contextlib.contextmanager
def really_committed(django_db_blocker: object) -> Iterator[None]:
    """Commits are real inside; every table is emptied afterwards, by its owner."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # pytest-django's blocker has no public type
        try:
            yield
        finally:
            for let_go in BEFORE_EMPTYING:
                let_go()
            with connections["owner"].cursor() as cursor:
                # Emptying one that nothing was ever written to takes as long as any other.
                cursor.execute(
                    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
                    "AND relkind IN ('r', 'p') AND (relkind = 'p' OR pg_relation_size(oid) > 0) AND "
                    "relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')"
                )
                tables = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
                if tables:
                    cursor.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
            connections.close_all()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """A database where commits are real; every table is emptied afterwards, by its owner."""
    with really_committed(django_db_blocker):
        yield


# The cast. Everyone is in `mission` but the outsider, who is an administrator elsewhere.


@pytest.fixture
def mission(db: None) -> Workspace:
    """The workspace that the tests are about."""
    return factories.make_workspace("mission", "Mission to the Talks")


@pytest.fixture
def elsewhere(db: None) -> Workspace:
    """Another workspace, whose rows nobody of the mission may see."""
    return factories.make_workspace("elsewhere", "Another Team")


@pytest.fixture
def ada(mission: Workspace) -> User:
    """The administrator."""
    return factories.make_member(mission, "ada@example.org", "Ada Admin", Role.ADMIN)


@pytest.fixture
def dina(mission: Workspace) -> User:
    """A diplomat."""
    return factories.make_member(mission, "dina@example.org", "Dina Diplomat", Role.DIPLOMAT)


@pytest.fixture
def edgar(mission: Workspace) -> User:
    """An editor: writes updates."""
    return factories.make_member(mission, "edgar@example.org", "Edgar Editor", Role.EDITOR)


@pytest.fixture
def petra(mission: Workspace) -> User:
    """An approver: the second pair of eyes."""
    return factories.make_member(mission, "petra@example.org", "Petra Approver", Role.APPROVER)


@pytest.fixture
def anna(mission: Workspace) -> User:
    """An analyst: reads, changes nothing."""
    return factories.make_member(mission, "anna@example.org", "Anna Analyst", Role.ANALYST)


@pytest.fixture
def oscar(elsewhere: Workspace) -> User:
    """The outsider: administrator of another workspace."""
    return factories.make_member(elsewhere, "oscar@example.org", "Oscar Outsider", *Role)


@pytest.fixture
def as_user() -> Callable[[User], Client]:
    """A test client that is signed in as the given person."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


@pytest.fixture
def acting() -> Callable[[User, Workspace], Actor]:
    """The actor that a person is in a workspace."""
    return factories.actor_of


@pytest.fixture
def in_mission(mission: Workspace) -> Iterator[Workspace]:
    """The test itself runs inside the mission's workspace."""
    with in_workspace(mission.id):
        yield mission


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """A request in Arabic leaves its thread in Arabic: the next test starts in English all the same."""
    yield
    translation.deactivate()
