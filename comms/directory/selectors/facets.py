"""Which values the directory holds: what filters and the audience builder offer."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import CharField, Func

from comms.core.actors import Actor
from comms.directory.models import Stakeholder
from comms.directory.models.scope import open_workspace_id
from comms.directory.selectors.stakeholders import require_view


@dataclass(frozen=True, slots=True)
class Facets:
    """The values in use among stakeholders that are not archived, each sorted."""

    regions: list[str]
    countries: list[str]
    languages: list[str]


def list_facets(actor: Actor) -> Facets:
    """In two queries, whatever the size of the directory."""
    require_view(actor)
    rows = Stakeholder.objects.filter(workspace_id=open_workspace_id(), archived_at=None)
    found = rows.aggregate(
        regions=ArrayAgg("region", distinct=True, default=[]),
        countries=ArrayAgg("country", distinct=True, default=[]),
    )
    tongues = (
        rows.annotate(tongue=Func("languages", function="unnest", output_field=CharField()))
        .values_list("tongue", flat=True)
        .distinct()
    )
    return Facets(
        regions=sorted(value for value in found["regions"] if value),
        countries=sorted(value for value in found["countries"] if value),
        languages=sorted(tongues),
    )
