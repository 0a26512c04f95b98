"""Routes of campaigns."""

from __future__ import annotations

import uuid
from typing import Any

from comms.campaigns import services
from comms.campaigns.models import Edition, SendingCap
from comms.core.actors import Actor, Role
from tests import factories
from tests.campaigns import makers
from tests.permissions.rows import MOVED, Cast, Row, members, only

UNPROCESSABLE = 422
WRITERS = (str(Role.EDITOR), str(Role.ADMIN))
HOLDERS = (*WRITERS, str(Role.APPROVER), str(Role.DIPLOMAT))
RELEASERS = (str(Role.ADMIN), str(Role.APPROVER))


def _editor(cast: Cast) -> Actor:
    return factories.actor_of(cast.people["editor"], cast.mission)


def _draft(cast: Cast) -> Edition:
    editor = _editor(cast)
    makers.make_people(editor, 1)
    return makers.make_edition(editor, template=makers.make_template(editor, languages=["en"]))


def cap(cast: Cast) -> dict[str, Any]:
    """A limit to how fast mail goes out."""
    admin = factories.actor_of(cast.people["admin"], cast.mission)
    made = services.set_cap(actor=admin, kind=SendingCap.Kind.CHANNEL, key="", per_second=10)
    return {"workspace": cast.mission.slug, "cap": made.id}


def draft(cast: Cast) -> dict[str, Any]:
    """An edition that could be submitted."""
    return {"workspace": cast.mission.slug, "edition": _draft(cast).id}


def campaign(cast: Cast) -> dict[str, Any]:
    """The campaign of a draft."""
    return {"workspace": cast.mission.slug, "campaign": _draft(cast).campaign_id}


def in_review(cast: Cast) -> dict[str, Any]:
    """An edition that waits for approval."""
    edition = _draft(cast)
    services.submit_for_review(actor=_editor(cast), edition_id=edition.id)
    return {"workspace": cast.mission.slug, "edition": edition.id}


def _approved(cast: Cast) -> Edition:
    approver = factories.actor_of(cast.people["approver"], cast.mission)
    return makers.make_approved(makers.Pair(_editor(cast), approver), _draft(cast))


def approved(cast: Cast) -> dict[str, Any]:
    """An approved edition."""
    return {"workspace": cast.mission.slug, "edition": _approved(cast).id}


def frozen_text(cast: Cast) -> dict[str, Any]:
    """A text of an approved edition."""
    edition = _approved(cast)
    variant: uuid.UUID = edition.variants.values_list("id", flat=True)[0]
    return {"workspace": cast.mission.slug, "edition": edition.id, "variant": variant}


def held(cast: Cast) -> dict[str, Any]:
    """An edition that is held."""
    edition = _approved(cast)
    services.hold_edition(actor=_editor(cast), edition_id=edition.id, reason="A rumour")
    return {"workspace": cast.mission.slug, "edition": edition.id}


ROWS = [
    Row("campaigns:list", members()),
    Row("campaigns:campaigns", members()),
    Row("campaigns:calendar", members()),
    Row("campaigns:new", only(*WRITERS)),
    Row("campaigns:new", only(*WRITERS, status=UNPROCESSABLE), method="POST"),
    Row("campaigns:hold", only(*HOLDERS)),
    Row("campaigns:hold", only(*HOLDERS, status=UNPROCESSABLE), method="POST"),
    Row("campaigns:release", only(*RELEASERS)),
    Row("campaigns:release", only(*RELEASERS, status=MOVED), method="POST"),
    Row("campaigns:speed", only("admin")),
    Row("campaigns:speed", only("admin", status=UNPROCESSABLE), method="POST"),
    Row("campaigns:speed_remove", only("admin", status=MOVED), method="POST", arguments=cap),
    Row("campaigns:campaign", members(), arguments=campaign),
    Row("campaigns:campaign_edit", only(*WRITERS), arguments=campaign),
    Row("campaigns:edition_new", only(*WRITERS), arguments=campaign),
    Row("campaigns:edition", members(), arguments=draft),
    Row("campaigns:what", only(*WRITERS), arguments=draft),
    Row("campaigns:who", only(*WRITERS), arguments=draft),
    Row("campaigns:who_count", only(*WRITERS), arguments=draft),
    Row("campaigns:when", only(*WRITERS), arguments=draft),
    Row("campaigns:check", only(*WRITERS), arguments=draft),
    Row("campaigns:fallback", only(*WRITERS, status=MOVED), method="POST", arguments=draft),
    Row("campaigns:submit", only(*WRITERS), arguments=draft),
    Row("campaigns:submit", only(*WRITERS, status=MOVED), method="POST", arguments=draft),
    Row("campaigns:review", members(), arguments=in_review),
    Row(
        "campaigns:review",
        only("approver", status=UNPROCESSABLE),
        method="POST",
        arguments=in_review,
    ),
    Row("campaigns:reject", only("approver"), arguments=in_review),
    Row(
        "campaigns:reject",
        only("approver", status=UNPROCESSABLE),
        method="POST",
        arguments=in_review,
    ),
    Row("campaigns:reopen", only(*WRITERS), arguments=approved),
    Row("campaigns:reopen", only(*WRITERS, status=MOVED), method="POST", arguments=approved),
    Row("campaigns:schedule", only(*WRITERS), arguments=approved),
    Row("campaigns:schedule", only(*WRITERS, status=MOVED), method="POST", arguments=approved),
    Row("campaigns:pause", only(*WRITERS, status=MOVED), method="POST", arguments=approved),
    Row("campaigns:resume", only(*WRITERS, status=MOVED), method="POST", arguments=approved),
    Row("campaigns:cancel", only(*WRITERS), arguments=approved),
    Row("campaigns:cancel", only(*WRITERS, status=MOVED), method="POST", arguments=approved),
    Row("campaigns:delete", only(*WRITERS), arguments=draft),
    Row("campaigns:delete", only(*WRITERS, status=MOVED), method="POST", arguments=draft),
    Row("campaigns:hold_edition", only(*HOLDERS), arguments=approved),
    Row(
        "campaigns:hold_edition",
        only(*HOLDERS, status=UNPROCESSABLE),
        method="POST",
        arguments=approved,
    ),
    Row("campaigns:release_edition", only(*RELEASERS), arguments=held),
    Row("campaigns:release_edition", only(*RELEASERS, status=MOVED), method="POST", arguments=held),
    Row("campaigns:progress", members(), arguments=approved),
    Row("campaigns:resolve", only(*WRITERS, status=MOVED), method="POST", arguments=approved),
    Row("campaigns:log", members(), arguments=approved),
    Row("campaigns:preview", members(), arguments=frozen_text),
    Row("campaigns:preview_mail", members(), arguments=frozen_text),
]
