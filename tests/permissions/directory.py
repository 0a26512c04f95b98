"""Routes of the directory."""

from __future__ import annotations

from datetime import date
from typing import Any

from comms.core.actors import Actor
from comms.directory import selectors, services
from comms.directory.models import Audience, Import, SuppressionReason
from comms.directory.services import imports
from tests import factories
from tests.directory.makers import make_stakeholder
from tests.permissions.rows import MOVED, Cast, Row, members, only

WRITERS = ("admin", "diplomat", "editor")
OFFICERS = ("admin", "editor")
_UNPROCESSABLE = 422


def _ada(cast: Cast) -> Actor:
    return factories.actor_of(cast.people["admin"], cast.mission)


def _stakeholder(cast: Cast) -> dict[str, Any]:
    made = make_stakeholder(_ada(cast), email="desk@example.org")
    return {"workspace": cast.mission.slug, "stakeholder_id": made.id}


def _archived(cast: Cast) -> dict[str, Any]:
    given = _stakeholder(cast)
    services.archive_stakeholder(actor=_ada(cast), stakeholder_id=given["stakeholder_id"])
    return given


def _address(cast: Cast) -> dict[str, Any]:
    given = _stakeholder(cast)
    points = selectors.get_stakeholder(_ada(cast), given["stakeholder_id"]).contact_points
    return {**given, "contact_point_id": points.get().id}


def _stopped(cast: Cast) -> dict[str, Any]:
    given = _address(cast)
    services.suppress_contact_point(
        contact_point_id=given["contact_point_id"], reason=SuppressionReason.BOUNCED
    )
    return given


def _basis(cast: Cast) -> dict[str, Any]:
    given = _stakeholder(cast)
    found = selectors.get_stakeholder(_ada(cast), given["stakeholder_id"])
    return {**given, "consent_id": found.consents.get().id}


def _staged(cast: Cast) -> Import:
    return imports.stage_import(
        actor=_ada(cast), filename="list.csv", content=b"Name,Email\nDesk,desk@example.org\n"
    )


def _import(cast: Cast) -> dict[str, Any]:
    return {"workspace": cast.mission.slug, "import_id": _staged(cast).id}


def _checking(cast: Cast) -> dict[str, Any]:
    staged = _staged(cast)
    imports.save_mapping(
        actor=_ada(cast),
        import_id=staged.id,
        mapping=staged.mapping,
        purpose="updates",
        basis="consent",
        source="Sign-up sheet",
        given_at=date(2026, 1, 2),
    )
    return {"workspace": cast.mission.slug, "import_id": staged.id}


def _audience(cast: Cast) -> dict[str, Any]:
    made = services.create_audience(actor=_ada(cast), name="Everyone")
    return {"workspace": cast.mission.slug, "audience_id": made.id}


def _picked(cast: Cast) -> dict[str, Any]:
    made = services.create_audience(actor=_ada(cast), name="Picked", mode=Audience.Mode.PICKED)
    return {"workspace": cast.mission.slug, "audience_id": made.id}


ROWS = [
    Row("directory:list", members()),
    Row("directory:new", only(*WRITERS)),
    Row("directory:new", only(*WRITERS, status=_UNPROCESSABLE), method="POST"),
    Row("directory:export", only(*OFFICERS)),
    Row("directory:bulk", only(*OFFICERS, status=MOVED), method="POST"),
    Row("directory:stakeholder", members(), arguments=_stakeholder),
    Row("directory:edit", only(*WRITERS), arguments=_stakeholder),
    Row(
        "directory:edit",
        only(*WRITERS, status=_UNPROCESSABLE),
        method="POST",
        arguments=_stakeholder,
    ),
    Row("directory:archive", only(*WRITERS), arguments=_stakeholder),
    Row("directory:archive", only(*WRITERS, status=MOVED), method="POST", arguments=_stakeholder),
    Row("directory:restore", only(*WRITERS, status=MOVED), method="POST", arguments=_archived),
    Row("directory:address_add", only(*WRITERS), arguments=_stakeholder),
    Row("directory:address_remove", only(*WRITERS), arguments=_address),
    Row(
        "directory:address_remove", only(*WRITERS, status=MOVED), method="POST", arguments=_address
    ),
    Row("directory:address_stop", only(*WRITERS), arguments=_address),
    Row("directory:address_stop", only(*WRITERS, status=MOVED), method="POST", arguments=_address),
    Row("directory:address_allow", only(*OFFICERS), arguments=_stopped),
    Row(
        "directory:address_allow",
        only(*OFFICERS, status=MOVED),
        method="POST",
        arguments=_stopped,
        data=lambda _cast: {"because": "They asked us on 3 May to write again"},
    ),
    Row("directory:basis_add", only(*WRITERS), arguments=_stakeholder),
    Row("directory:basis_end", only(*WRITERS), arguments=_basis),
    Row(
        "directory:basis_end",
        only(*WRITERS, status=MOVED),
        method="POST",
        arguments=_basis,
        data=lambda _cast: {"how": "by telephone"},
    ),
    Row("directory:imports", only(*OFFICERS)),
    Row("directory:imports", only(*OFFICERS, status=_UNPROCESSABLE), method="POST"),
    Row("directory:import", only(*OFFICERS), arguments=_checking),
    Row("directory:import_columns", only(*OFFICERS), arguments=_import),
    Row("directory:import_preview", only(*OFFICERS), method="POST", arguments=_import),
    Row("directory:import_progress", only(*OFFICERS), arguments=_checking),
    Row(
        "directory:import_start", only(*OFFICERS, status=MOVED), method="POST", arguments=_checking
    ),
    Row("directory:import_discard", only(*OFFICERS), arguments=_import),
    Row(
        "directory:import_discard", only(*OFFICERS, status=MOVED), method="POST", arguments=_import
    ),
    Row("directory:import_errors", only(*OFFICERS), arguments=_import),
    Row("directory:audiences", members()),
    Row("directory:audience", members(), arguments=_audience),
    Row("directory:audience_new", only(*OFFICERS)),
    Row("directory:audience_new", only(*OFFICERS, status=_UNPROCESSABLE), method="POST"),
    Row("directory:audience_count", only(*OFFICERS)),
    Row("directory:audience_edit", only(*OFFICERS), arguments=_audience),
    Row("directory:audience_archive", only(*OFFICERS), arguments=_audience),
    Row(
        "directory:audience_archive",
        only(*OFFICERS, status=MOVED),
        method="POST",
        arguments=_audience,
    ),
    Row(
        "directory:audience_remove", only(*OFFICERS, status=MOVED), method="POST", arguments=_picked
    ),
]
