"""Makes the forms of the journeys of partners: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

import base64
import json
from typing import Any

from comms.accounts.models import User, Workspace
from comms.core.actors import Role
from comms.core.errors import CommsError
from comms.core.tenancy import in_workspace
from comms.feedback import services
from comms.feedback.models import Case, Form, Submission
from comms.feedback.selectors import list_dialogue
from comms.threads import selectors as threads
from comms.wire import dialogue, submissions
from comms.wire.form_keys import read_form_key
from tests.factories import actor_of, make_member, make_workspace
from tests.feedback.world import World, definition
from tests.journeys.answering_form import WHOLE
from tests.threads.world import NOW

SLUG = "road-safety"
WORKSPACE = "Road Safety Mission"
PEOPLE = {
    "rana@road.example": ("Rana Reader", Role.ADMIN),
    "dov@road.example": ("Dov Diplomat", Role.DIPLOMAT),
}
_worlds: list[World] = []
_written: dict[str, bytes] = {}
SHORT = definition()


def _world() -> World:
    if not _worlds:
        place = make_workspace(SLUG, WORKSPACE)
        for email, (name, role) in PEOPLE.items():
            make_member(place, email, name, role)
        _worlds.append(World(Workspace.objects.get(slug=SLUG)))
    return _worlds[0]


def _readers() -> list[User]:
    return list(User.objects.filter(email__in=PEOPLE).order_by("-email"))


def _form(address: str) -> Form:
    with in_workspace(_world().workspace.id):
        return Form.objects.get(address=address)


def _submission(form: Form) -> Submission:
    """The only one: each test answers a form of its own."""
    with in_workspace(_world().workspace.id):
        return Submission.objects.select_related("version").get(form=form)


def make(*, whole: bool = False) -> None:
    """A published form, of every question type or a short one; prints its link, with the pin."""
    world = _world()
    asked = json.dumps(WHOLE).encode() if whole else SHORT
    form = world.published(*_readers(), asked=asked)
    pin = base64.urlsafe_b64encode(world.keys.epochs[form.thread_id][0].record.hash)
    print(f"/f/{form.address}/#{pin.decode().rstrip('=')}", end="")


def publish(address: str, *items: dict[str, Any]) -> None:
    """Another version."""
    _world().publish(_readers()[0], _form(address), definition(*items))


def rotate(address: str) -> None:
    """Other readers, and another form key with them."""
    first, *_others = _readers()
    _world().rotate(first, _form(address))


def close(address: str) -> None:
    actor = actor_of(_readers()[0], _world().workspace)
    services.close_form(actor=actor, form_id=_form(address).id)


def fill(address: str) -> None:
    """It has received all that it takes."""
    form = _form(address)
    with in_workspace(_world().workspace.id):
        Form.objects.filter(id=form.id).update(max_submissions=1, taken=1)


def _reply(address: str, text: str) -> bytes:
    """What the first reader writes, behind whatever was written so far."""
    world, form, author = _world(), _form(address), _readers()[0]
    sent = _submission(form)
    with in_workspace(world.workspace.id):
        key = threads.get_newest_form_key(form.thread_id)
        said = [dialogue.read_dialogue(bytes(raw)) for raw in list_dialogue(sent.id)]
    assert key is not None
    submission = submissions.read_submission(bytes(sent.content or b""))
    return dialogue.make_reply(
        form_key=read_form_key(key),
        submission=submission,
        number=len(said) + 1,
        previous=said[-1].hash if said else submission.hash,
        member=author.id,
        seeds=world.keys.keys(author),
        body=dialogue.DialogueBody(text, NOW),
    )


def reply(address: str, text: str) -> None:
    prepare(address, text)
    deliver(address)


def prepare(address: str, text: str) -> None:
    """A reply is written and sealed, and not yet sent."""
    _written[address] = _reply(address, text)


def deliver(address: str) -> None:
    """It is sent; prints the sentence that refuses it."""
    actor, sent = actor_of(_readers()[0], _world().workspace), _submission(_form(address))
    try:
        services.post_reply(actor=actor, case_id=sent.id, raw=_written[address])
    except CommsError as error:
        print(error, end="")


def talk(address: str) -> None:
    """The texts of the dialogue, each opened with the key it was sealed to."""
    world, form = _world(), _form(address)
    sent = _submission(form)
    with in_workspace(world.workspace.id):
        items = [dialogue.read_dialogue(bytes(raw)) for raw in list_dialogue(sent.id)]
    bodies = [
        dialogue.open_dialogue_by_form(one, world.seed(form, one.epoch.number - 1)) for one in items
    ]
    print(json.dumps([body.text for body in bodies]), end="")


def show(address: str) -> None:
    """What arrived, as JSON: opened with the form's newest key."""
    world, form = _world(), _form(address)
    sent = _submission(form)
    seed = world.seed(form)
    opened = submissions.open_by_form(submissions.read_submission(bytes(sent.content or b"")), seed)
    with in_workspace(world.workspace.id):
        raws = list_dialogue(sent.id)
        case = Case.objects.get(submission=sent)
        epoch = submissions.read_submission(bytes(sent.content or b"")).epoch.number
    bodies = [
        dialogue.open_dialogue_by_form(dialogue.read_dialogue(bytes(raw)), seed) for raw in raws
    ]
    found = {
        "open": json.loads(sent.open_answers or "{}"),
        "sealed": json.loads(opened.answers),
        "language": sent.language,
        "version": sent.version.number,
        "epoch": epoch,
        "files": [[file.question, file.name, file.size] for file in opened.files],
        "talk": [[body.text, [file.name for file in body.files]] for body in bodies],
        "rating": case.rating,
    }
    print(json.dumps(found), end="")


def count(address: str) -> None:
    """How many submissions there are, and how many of them were erased."""
    form = _form(address)
    with in_workspace(_world().workspace.id):
        rows = Submission.objects.filter(form=form)
        print(json.dumps([rows.count(), rows.filter(content=None).count()]), end="")
