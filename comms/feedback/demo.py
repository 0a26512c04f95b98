"""A form for the demonstration, what six people answered, and the work that has begun on it.

Its sealed answers are sealed as a browser seals them. That the server can do it here is because it has made the
demonstration's people with their keys (`accounts.demo`); it can't for anybody else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from comms.accounts.demo import PEOPLE, accounts_of, unsafe_seeds_of
from comms.accounts.models import User, Workspace
from comms.accounts.selectors import get_actor_by_ids
from comms.core.actors import Actor
from comms.feedback import services
from comms.feedback.models import Case, CaseState, Form, FormVersion
from comms.feedback.services import settings as feedback_settings
from comms.feedback.services.proofs import make_challenge
from comms.ledger.selectors import get_checkpoint
from comms.wire import form_keys, form_versions, return_codes, submissions
from comms.wire.epoch_making import NewEpoch, make_epoch
from comms.wire.epochs import About
from comms.wire.keys import IdentitySeeds
from comms.wire.roster import Policy, Role, RosterRow
from comms.wire.transcript import Head

TITLE = {"en": "Crossing the line of contact", "ar": "عبور خط التماس"}
REPLY_HOURS = 72
READERS = ("elena@demo.example", "amina@demo.example", "daniel@demo.example")
"""Her whose form it is, and two others."""

Json = dict[str, Any]


def fill(workspace: Workspace) -> None:
    """The form, its readers, the answers, a codebook and a text to reply with."""
    readers = [one for one in PEOPLE if one.email in READERS]
    users = accounts_of(readers)
    author = users[READERS[0]]
    actor = get_actor_by_ids(user_id=author.id, workspace_id=workspace.id).actor
    seeds = {users[one.email].id: unsafe_seeds_of(one, users[one.email]) for one in readers}
    form, form_key = _publish(actor, seeds)
    for name in ("Access", "Safety", "Conduct of guards"):
        feedback_settings.name_category(actor=actor, category_id=None, name=name)
    services.save_template(
        actor=actor,
        template_id=None,
        name="Thanks",
        language="en",
        text="Thank you for telling us. We take it up with those in charge, and write here within three days.",
    )
    for language, sealed, opened in ANSWERS:
        _answer(workspace, form, form_key, language, sealed, opened)
    _begin_work(actor, users[READERS[2]])


def _publish(
    actor: Actor, seeds: Mapping[uuid.UUID, IdentitySeeds]
) -> tuple[Form, form_keys.FormKey]:
    definition = json.dumps(_DEFINITION, ensure_ascii=False).encode()
    now = int(time.time() * 1000)
    epoch = _epoch(actor, seeds, now)
    own = seeds[actor.user_id]
    form_key = form_keys.make_form_key(epoch.record, epoch.key, own)
    form = services.create_form(
        actor=actor,
        form_id=uuid.uuid4(),
        definition=definition,
        upload=epoch.upload,
        form_key=form_key,
    )
    services.publish_version(
        actor=actor,
        form_id=form.id,
        definition=definition,
        statement=form_versions.sign_version(
            record=epoch.record,
            number=1,
            definition=definition,
            member=actor.user_id,
            seeds=own,
            made_at=now,
        ),
    )
    form = services.change_settings(
        actor=actor,
        form_id=form.id,
        closes_at=None,
        max_submissions=0,
        reply_hours=REPLY_HOURS,
        address="",
    )
    return form, form_keys.read_form_key(form_key)


def _epoch(actor: Actor, seeds: Mapping[uuid.UUID, IdentitySeeds], now: int) -> NewEpoch:
    keys = {user: one.public for user, one in seeds.items()}
    return make_epoch(
        thread=uuid.uuid4(),
        before=None,
        author=actor.user_id,
        seeds=seeds[actor.user_id],
        roster=[
            RosterRow(user, one.fingerprint, Role.OWNER if user == actor.user_id else Role.MEMBER)
            for user, one in keys.items()
        ],
        keys=keys,
        policy=Policy(),
        about=About(TITLE["en"]),
        start=Head(),
        made_at=now,
        checkpoint=bytes(get_checkpoint().note),
    )


def _answer(
    workspace: Workspace,
    form: Form,
    key: form_keys.FormKey,
    language: str,
    sealed: Json,
    opened: Json,
) -> None:
    """One person's answers, sealed and signed under a return code that nobody keeps."""
    version = FormVersion.objects.get(form=form, number=1)
    secrets = return_codes.return_secrets(return_codes.new_return_code(), workspace.id)
    open_answers = json.dumps(opened, ensure_ascii=False).encode()
    raw = submissions.make_submission(
        form_key=key,
        version_hash=form_versions.read_version(bytes(version.statement)).hash,
        secrets=secrets,
        answers=submissions.SealedAnswers(json.dumps(sealed, ensure_ascii=False), language, ()),
        open_answers=open_answers,
    )
    services.send_submission(
        address=form.address,
        sending=services.Sending(_proof(), secrets.lookup, raw, open_answers, {}, language),
    )


def _proof() -> str:
    """A solved challenge, as a browser sends it."""
    asked = make_challenge().as_json()
    for number in range(int(asked["maxnumber"]) + 1):
        if hashlib.sha256(f"{asked['salt']}{number}".encode()).hexdigest() == asked["challenge"]:
            kept = {name: asked[name] for name in ("algorithm", "challenge", "salt", "signature")}
            return base64.b64encode(json.dumps({**kept, "number": number}).encode()).decode()
    raise RuntimeError("a challenge of our own has no solution")


def _begin_work(actor: Actor, colleague: User) -> None:
    """One case is a colleague's, one of Elena's is urgent; the others are nobody's yet."""
    first, second = Case.objects.order_by("submission_id").values_list("submission_id", flat=True)[
        :2
    ]
    services.assign_case(actor=actor, case_id=first, user_id=colleague.id)
    services.set_state(actor=actor, case_id=first, state=CaseState.PROGRESS)
    services.claim_case(actor=actor, case_id=second)
    services.set_urgency(actor=actor, case_id=second, urgency=1)


def _text(en: str, ar: str) -> Json:
    return {"en": en, "ar": ar}


def _choice(name: str, en: str, ar: str) -> Json:
    return {"id": name, "label": _text(en, ar)}


def _item(name: str, kind: str, label: Json, **fields: Any) -> Json:
    return {
        "id": name,
        "type": kind,
        "label": label,
        "hint": _text("", ""),
        "required": False,
        "sealed": False,
        "visible": None,
        "constraint": None,
        "default": None,
        **fields,
    }


_DEFINITION: Json = {
    "format": 1,
    "languages": ["en", "ar"],
    "title": TITLE,
    "intro": _text(
        "A few questions about the crossings. They help us speak for those who have to cross.",
        "بضعة أسئلة عن المعابر. تساعدنا على التحدّث باسم من يضطرّون إلى العبور.",
    ),
    "thanks": _text(
        "Thank you. We read every answer and reply within three days.",
        "شكرًا لك. نقرأ كلّ إجابة ونردّ خلال ثلاثة أيام.",
    ),
    "steps": [
        {
            "id": "crossing",
            "title": _text("Your crossing", "عبورك"),
            "visible": None,
            "items": [
                _item(
                    "gate",
                    "single_choice",
                    _text("Where did you cross?", "من أين عبرت؟"),
                    required=True,
                    choices=[
                        _choice("north", "The north gate", "البوّابة الشمالية"),
                        _choice("bridge", "The bridge", "الجسر"),
                        _choice("mill", "The old mill", "الطاحونة القديمة"),
                    ],
                    other=True,
                ),
                _item(
                    "hours",
                    "number",
                    _text("How many hours did you wait?", "كم ساعة انتظرت؟"),
                    integer=True,
                    min="0",
                    max="72",
                    unit=_text("hours", "ساعات"),
                ),
                _item(
                    "treated",
                    "rating",
                    _text("How were you treated?", "كيف عوملت؟"),
                    scale=5,
                    low=_text("badly", "معاملة سيّئة"),
                    high=_text("well", "معاملة حسنة"),
                ),
            ],
        },
        {
            "id": "happened",
            "title": _text("What happened", "ما حدث"),
            "visible": None,
            "items": [
                _item(
                    "money",
                    "yes_no",
                    _text("Did anybody ask you for money?", "هل طلب منك أحد مالًا؟"),
                    sealed=True,
                ),
                _item(
                    "story",
                    "long_text",
                    _text("Is there anything that we should know?", "هل من شيء ينبغي أن نعرفه؟"),
                    sealed=True,
                    max_length=4000,
                ),
                _item(
                    "proof",
                    "file",
                    _text("A photo or a paper, if you have one", "صورة أو ورقة، إن وُجدت"),
                    sealed=True,
                    max_files=3,
                ),
            ],
        },
    ],
    "quotas": [],
}

ANSWERS: tuple[tuple[str, Json, Json], ...] = (
    (
        "en",
        {
            "money": True,
            "story": "They kept our papers until we paid. My brother is still waiting.",
        },
        {"gate": {"choice": "bridge"}, "hours": "9", "treated": 1},
    ),
    (
        "ar",
        {"money": False, "story": "انتظرنا تحت المطر، والأطفال معنا. لا مكان للجلوس."},
        {"gate": {"choice": "north"}, "hours": "6", "treated": 2},
    ),
    (
        "en",
        {"money": False, "story": "The new guards are polite. It went quickly this time."},
        {"gate": {"choice": "mill"}, "hours": "1", "treated": 5},
    ),
    ("ar", {"money": True}, {"gate": {"choice": "bridge"}, "hours": "7", "treated": 2}),
    ("en", {}, {"gate": {"choice": "north"}, "hours": "3", "treated": 4}),
    (
        "en",
        {"money": False, "story": "The ambulance was let through at once."},
        {"gate": {"other": "The ford"}, "hours": "0", "treated": 4},
    ),
)
