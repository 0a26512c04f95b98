"""Key messages and a template in three languages for the demonstration."""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone

from comms.accounts.models import Workspace
from comms.accounts.selectors import get_actor_by_ids
from comms.content import services
from comms.content.selectors import matrix_of
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.actors import Actor, Role
from comms.directory.models import Purpose
from comms.directory.selectors import list_audiences

TEMPLATE = "Update from the talks"

_GOES_ON = "Both sides have agreed to go on talking."
_ACCESS = "Monitors have access to every crossing of the valley."

_SUBJECTS = {
    "en": "The talks resume on Monday",
    "fr": "Les pourparlers reprennent lundi",
    "ar": "استئناف المحادثات يوم الاثنين",
}
_MISSIONS = {
    "en": """Dear colleagues at {{ name }},

**both sides have agreed to go on talking.** The next session opens on Monday at the usual place.

## What was agreed

- Monitors have access to every crossing of the valley.
- Exchanges of prisoners go on, under the supervision of the Observer Mission.
- The economic track begins its work within two weeks.

> We ask all partners to avoid statements that name a culprit before the monitors have reported.

The full text is in [the communiqué](https://example.org/communique). Questions reach us by answering this mail.
""",
    "fr": """Chères et chers collègues ({{ name }}),

**les deux parties sont convenues de poursuivre les pourparlers.** La prochaine séance s'ouvre lundi, au lieu habituel.

## Ce qui a été convenu

- Les observateurs ont accès à tous les points de passage de la vallée.
- Les échanges de prisonniers se poursuivent sous la supervision de la mission d'observation.
- Le volet économique commence ses travaux dans les deux semaines.

> Nous prions tous les partenaires d'éviter de désigner un coupable avant le rapport des observateurs.

Le texte intégral se trouve dans [le communiqué](https://example.org/communique).
Répondez à ce message pour toute question.
""",
    "ar": """الزملاء الأعزاء في {{ name }}،

**اتفق الطرفان على مواصلة المحادثات.** تُفتتح الجلسة القادمة يوم الاثنين في المكان المعتاد.

## ما تم الاتفاق عليه

- يصل المراقبون إلى جميع معابر الوادي.
- يستمر تبادل الأسرى تحت إشراف بعثة المراقبة.
- يبدأ المسار الاقتصادي أعماله خلال أسبوعين.

> نرجو من جميع الشركاء تجنب تسمية أي مسؤول قبل صدور تقرير المراقبين.

النص الكامل في [البيان](https://example.org/communique). للاستفسار يُرجى الرد على هذه الرسالة.
""",
}
_EVERYONE = {
    "en": """Dear {{ name }},

**both sides have agreed to go on talking.** They meet again on Monday.

Monitors have access to every crossing of the valley. If you are turned back at a crossing, tell us by
answering this mail{% if country %}, from wherever you are in {{ country }}{% endif %}.

You will hear from us after the session.
""",
    "fr": """Bonjour {{ name }},

**les deux parties sont convenues de poursuivre les pourparlers.** Elles se retrouvent lundi.

Les observateurs ont accès à tous les points de passage de la vallée.
Si l'on vous refuse le passage, dites-le-nous en répondant à ce message.

Nous vous écrirons après la séance.
""",
    "ar": """{{ name }}، تحية طيبة،

**اتفق الطرفان على مواصلة المحادثات.** ويلتقيان مجددًا يوم الاثنين.

يصل المراقبون إلى جميع معابر الوادي. إذا مُنعتم من العبور فأخبرونا بالرد على هذه الرسالة.

سنوافيكم بالمستجدات بعد الجلسة.
""",
}


def fill(workspace: Workspace, actor: Actor | None = None) -> None:
    """Two key messages and a template with a text for missions and one for everyone else, in three languages."""
    actor = actor or editor_of(workspace)
    today = timezone.localdate()
    carried = [
        services.create_key_message(
            actor=actor,
            text=text,
            valid_from=today - datetime.timedelta(days=7),
            valid_until=today + datetime.timedelta(days=60),
            required=required,
        ).id
        for text, required in ((_GOES_ON, True), (_ACCESS, False))
    ]
    missions = next(each for each in list_audiences(actor) if each.name == "Missions")
    template = services.create_template(
        actor=actor,
        facts=TemplateFacts(
            name=TEMPLATE,
            note="After every session: what was agreed and what comes next",
            purpose=Purpose.UPDATES,
            source_language="en",
            languages=["en", "fr", "ar"],
            fallback_language="en",
            audience_ids=[missions.id],
        ),
    )
    for cell in matrix_of(template).cells():
        bodies = _MISSIONS if cell.column.audience_id == missions.id else _EVERYONE
        services.save_variant(
            actor=actor,
            template=template,
            column_key=cell.column.key,
            language=cell.language,
            text=_text(cell.language, bodies[cell.language], carried),
            workspace_name=workspace.name,
        )


def editor_of(workspace: Workspace) -> Actor:
    """The workspace's first editor."""
    editor = workspace.memberships.filter(roles__contains=[Role.EDITOR]).order_by("id")[0]
    return get_actor_by_ids(user_id=editor.user_id, workspace_id=workspace.id).actor


def _text(language: str, body: str, carried: list[uuid.UUID]) -> VariantText:
    return VariantText(
        subject=_SUBJECTS[language],
        body=body,
        ready=True,
        key_message_ids=carried,
        in_line_with=1,
    )
