"""Makes what an edition needs, through the services: people, an audience, a template with ready texts."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from comms.campaigns import services
from comms.campaigns.models import Edition
from comms.content.models import Template
from comms.content.selectors import matrix_of
from comms.content.services import create_template, save_variant
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.actors import Actor
from comms.directory import services as directory
from comms.directory.models import Audience, Stakeholder
from comms.directory.selectors import StakeholderFilter
from tests.directory.makers import make_many

SUBJECTS = {
    "en": "Update for {{ name }}",
    "ar": "مستجدات إلى {{ name }}",
    "fr": "Nouvelles pour {{ name }}",
}
BODIES = {
    "en": "Dear {{ name }},\n\nthe talks **resume** on Monday.",
    "ar": "السيد/ة {{ name }}،\n\nتستأنف المحادثات **يوم الاثنين**.",
    "fr": "Bonjour {{ name }},\n\nles pourparlers **reprennent** lundi.",
}


def make_people(
    actor: Actor, count: int, *, languages: Sequence[str] = ("en",), prefix: str = "mission"
) -> list[Stakeholder]:
    """Stakeholders with an address and a lawful basis."""
    known = [
        (f"{prefix.title()} {number}", f"{prefix}{number}@example.org") for number in range(count)
    ]
    return make_many(actor, known, languages=languages)


def make_audience(actor: Actor, name: str = "Everyone", **filters: tuple[str, ...]) -> Audience:
    """A live audience; without filters it is everybody in the directory."""
    return directory.create_audience(
        actor=actor,
        name=name,
        filters=StakeholderFilter(**filters),  # type: ignore[arg-type]  # test words
    )


def make_template(
    actor: Actor,
    *,
    languages: Sequence[str] = ("en", "ar"),
    audience_ids: Sequence[uuid.UUID] = (),
    bodies: dict[str, str] | None = None,
    name: str = "",
) -> Template:
    """A template whose every cell has a ready text."""
    template = create_template(
        actor=actor,
        facts=TemplateFacts(
            name=name or f"Update {uuid.uuid4().hex[:8]}",
            purpose="updates",
            source_language=languages[0],
            languages=list(languages),
            fallback_language=languages[0],
            audience_ids=list(audience_ids),
        ),
    )
    for cell in list(matrix_of(template).cells()):
        save_variant(
            actor=actor,
            template=template,
            column_key=cell.column.key,
            language=cell.language,
            text=VariantText(
                subject=SUBJECTS[cell.language],
                body=(bodies or BODIES)[cell.language] + f"\n\n({cell.column.name})",
                ready=True,
                in_line_with=1,
            ),
            workspace_name="Mission to the Talks",
        )
    return template


def make_edition(
    actor: Actor,
    *,
    template: Template | None = None,
    audience_ids: Sequence[uuid.UUID] = (),
    schedule: services.Schedule | None = None,
    unknown_policy: str = Edition.UnknownPolicy.WAIT,
) -> Edition:
    """A draft."""
    campaign = services.create_campaign(
        actor=actor,
        name="Talks",
        template_id=(template or make_template(actor)).id,
        objective="Everyone knows when the talks resume.",
    )
    return services.create_edition(
        actor=actor,
        campaign_id=campaign.id,
        plan=services.EditionPlan(
            title="Talks resume",
            audience_ids=list(audience_ids)
            or [make_audience(actor, f"All {uuid.uuid4().hex[:6]}").id],
            schedule=schedule or services.Schedule(),
            unknown_policy=unknown_policy,
        ),
    )


@dataclass(frozen=True)
class Pair:
    """Who writes and who approves."""

    writer: Actor
    approver: Actor


def make_approved(pair: Pair, edition: Edition) -> Edition:
    """Submitted by the one and approved by the other."""
    submission = services.submit_for_review(actor=pair.writer, edition_id=edition.id)
    services.approve_edition(
        actor=pair.approver,
        edition_id=edition.id,
        expected_hash=bytes(submission.edition.frozen_hash or b""),
    )
    edition.refresh_from_db()
    return edition


def make_scheduled(pair: Pair, edition: Edition) -> Edition:
    """Approved and on the clock."""
    make_approved(pair, edition)
    services.schedule_edition(actor=pair.writer, edition_id=edition.id)
    edition.refresh_from_db()
    return edition
