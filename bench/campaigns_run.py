"""The part of bench/campaigns.py that needs Django: makes the data, sends, measures."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from django.db import connection

from comms.accounts.models import Membership, User, Workspace
from comms.accounts.selectors import get_actor_by_ids
from comms.campaigns import services
from comms.campaigns.models import Delivery, Edition
from comms.campaigns.services.checking import check_edition
from comms.campaigns.services.claiming import Claimed, ClaimedRow
from comms.campaigns.services.freezing import freeze_recipients
from comms.campaigns.services.preparing import make_press, prepare
from comms.content.models import Template
from comms.content.selectors import matrix_of
from comms.content.services import create_template, save_variant
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.actors import Actor, Role
from comms.core.ids import uuid7
from comms.core.jobs import enqueue
from comms.core.tenancy import in_workspace
from comms.directory.selectors import StakeholderFilter, load_recipients
from comms.directory.services import create_audience
from tests.directory.makers import make_many

Worker = Callable[[], AbstractContextManager[int]]
_LINE = "The talks resume on Monday in Dublin, and every party has confirmed its delegation.\n\n"


def measure(*, recipients: int, frozen: int, worker: Worker, mail_bytes: int) -> dict[str, float]:
    """All figures of ours."""
    workspace = Workspace.objects.create(slug="mission", name="Mission to the Talks")
    writer = _member(workspace, "writer@example.org", Role.EDITOR)
    approver = _member(workspace, "approver@example.org", Role.APPROVER)
    figures: dict[str, float] = {}
    with in_workspace(workspace.id):
        print(f"making {frozen:,} stakeholders …", flush=True)
        _people(writer, "first", recipients)
        _people(writer, "other", frozen - recipients)
        template = _template(writer, mail_bytes)
        everyone = create_audience(actor=writer, name="Everyone", filters=StakeholderFilter())
        first = create_audience(
            actor=writer, name="First", filters=StakeholderFilter(regions=("first",))
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    figures["check"] = _check(writer, template, everyone.id)
    figures["freeze"] = _freeze(writer, template, everyone.id)
    figures["bytes"] = _size(writer, approver, template, first.id)
    with worker() as pid:
        _wait_for_worker(workspace)
        print("sending …", flush=True)
        edition = _approved(writer, approver, template, first.id)
        figures |= _send(writer, edition, pid)
        figures["pause"] = _pause(writer, _approved(writer, approver, template, first.id))
    return figures


def _member(workspace: Workspace, email: str, role: Role) -> Actor:
    user = User.objects.create_user(email, uuid.uuid4().hex, name=email.partition("@")[0])
    Membership.objects.create(workspace=workspace, user=user, roles=[role.value])
    return get_actor_by_ids(user_id=user.id, workspace_id=workspace.id).actor


def _people(writer: Actor, region: str, count: int) -> None:
    step = 5000
    for start in range(0, count, step):
        known = [
            (f"Embassy {region} {number}", f"{region}{number}@d{number % 50}.example.org")
            for number in range(start, min(start + step, count))
        ]
        make_many(writer, known, country="IE", region=region)


def _template(writer: Actor, mail_bytes: int) -> Template:
    template = create_template(
        actor=writer,
        facts=TemplateFacts(
            name="Update",
            purpose="updates",
            source_language="en",
            languages=["en"],
            fallback_language="en",
        ),
    )
    # Text and HTML both carry the body; the mail's frame and headers take the rest.
    lines = max(1, (mail_bytes - 3000) // (2 * len(_LINE) + 40))
    for cell in list(matrix_of(template).cells()):
        save_variant(
            actor=writer,
            template=template,
            column_key=cell.column.key,
            language="en",
            text=VariantText(
                subject="Update for {{ name }}",
                body="Dear {{ name }},\n\n" + _LINE * lines,
                ready=True,
            ),
            workspace_name="Mission to the Talks",
        )
    return template


def _edition(writer: Actor, template: Template, audience_id: uuid.UUID) -> Edition:
    with in_workspace(writer.workspace_id):
        campaign = services.create_campaign(actor=writer, name="Talks", template_id=template.id)
        return services.create_edition(
            actor=writer,
            campaign_id=campaign.id,
            plan=services.EditionPlan(title="Talks resume", audience_ids=[audience_id]),
        )


def _approved(
    writer: Actor, approver: Actor, template: Template, audience_id: uuid.UUID
) -> Edition:
    edition = _edition(writer, template, audience_id)
    submission = services.submit_for_review(actor=writer, edition_id=edition.id)
    services.approve_edition(
        actor=approver,
        edition_id=edition.id,
        expected_hash=bytes(submission.edition.frozen_hash or b""),
    )
    return edition


def _check(writer: Actor, template: Template, audience_id: uuid.UUID) -> float:
    """What the check page asks of the server; the better of two, since the first one warms up."""
    edition = _edition(writer, template, audience_id)
    times = []
    for _number in range(2):
        started = time.monotonic()
        check_edition(actor=writer, edition=edition, workspace_name="Mission to the Talks")
        times.append(time.monotonic() - started)
    return min(times)


def _freeze(writer: Actor, template: Template, audience_id: uuid.UUID) -> float:
    edition = _edition(writer, template, audience_id)
    with in_workspace(writer.workspace_id):
        started = time.monotonic()
        services.submit_for_review(actor=writer, edition_id=edition.id)
        whole = time.monotonic() - started
        services.reopen_edition(actor=writer, edition_id=edition.id)
        edition.refresh_from_db()
        started = time.monotonic()
        freeze_recipients(
            edition,
            audience_ids=[audience_id],
            text_audience_ids=[],
            purpose=template.purpose,
        )
        seconds = time.monotonic() - started
    print(f"submission of all, values checked for each: {whole:.2f} s", flush=True)
    return seconds


def _size(writer: Actor, approver: Actor, template: Template, audience_id: uuid.UUID) -> float:
    edition = _approved(writer, approver, template, audience_id)
    press = make_press(workspace_id=writer.workspace_id, edition_id=edition.id)
    with in_workspace(writer.workspace_id):
        rows = [
            ClaimedRow(delivery_id, point, variant, 1)
            for delivery_id, point, variant in Delivery.objects.filter(
                edition=edition, state="pending"
            ).values_list("id", "contact_point_id", "variant_id")[:1000]
            if point is not None and variant is not None
        ]
        people = load_recipients({row.contact_point_id for row in rows})
    claimed = Claimed(uuid7(), rows, people, "updates")
    prepare(press, claimed)
    started = time.monotonic()
    messages = prepare(press, claimed).messages
    each = (time.monotonic() - started) / len(messages)
    print(f"making one mail: {each * 1e6:.0f} µs", flush=True)
    return sum(len(message.content) for message in messages) / len(messages)


def _wait_for_worker(workspace: Workspace) -> None:
    """A worker is there once it took a wake-up off the queue."""
    from comms.campaigns.journal.reader import valkey

    enqueue("campaigns.tick")
    with valkey() as client:
        until = time.monotonic() + 60
        while client.llen("celery") and time.monotonic() < until:
            time.sleep(0.05)
    time.sleep(1)


def _send(writer: Actor, edition: Edition, pid: int) -> dict[str, float]:
    started = time.monotonic()
    services.schedule_edition(actor=writer, edition_id=edition.id)
    first = memory = 0.0
    ticked = said = started
    while True:
        now = time.monotonic()
        if now - ticked >= 1:
            ticked = now
            enqueue("campaigns.tick")
        counts = _counts(writer, edition)
        if not first and counts.get("sent"):
            first = time.monotonic() - started
        memory = max(memory, _memory(pid))
        if not counts.keys() & {"pending", "sending", "deferred"}:
            break
        if now - said >= 5:
            said = now
            print(f"  {counts}{_trouble(writer, edition)}", flush=True)
        time.sleep(0.1)
    seconds = time.monotonic() - started
    if set(counts) != {"sent"}:
        raise SystemExit(f"not all were sent: {counts}")
    return {
        "mails a second": counts["sent"] / seconds,
        "first": first,
        "memory": memory,
    }


def _pause(writer: Actor, edition: Edition) -> float:
    services.schedule_edition(actor=writer, edition_id=edition.id)
    while _counts(writer, edition).get("sent", 0) < 500:
        time.sleep(0.02)
    services.pause_edition(actor=writer, edition_id=edition.id)
    started = time.monotonic()
    last, changed = -1, started
    # Two seconds without another mail: the last change was the end of it.
    while time.monotonic() - changed < 2:
        sent = _counts(writer, edition).get("sent", 0)
        if sent != last:
            last, changed = sent, time.monotonic()
        time.sleep(0.02)
    return changed - started


def _counts(writer: Actor, edition: Edition) -> dict[str, int]:
    with in_workspace(writer.workspace_id), connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*) FROM campaigns_delivery WHERE edition_id = %s GROUP BY state",
            [edition.id],
        )
        return dict(cursor.fetchall())


def _trouble(writer: Actor, edition: Edition) -> str:
    with in_workspace(writer.workspace_id):
        error = Edition.objects.values_list("last_error", flat=True).get(id=edition.id)
    return f": {error}" if error else ""


def _memory(pid: int) -> float:
    """MB resident in the largest of the worker's processes (its parent and its children)."""
    pids = [str(pid)]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        pids += task.read_text().split()
    largest = 0
    for one in pids:
        status = Path(f"/proc/{one}/status")
        if status.exists():
            for line in status.read_text().splitlines():
                if line.startswith("VmRSS:"):
                    largest = max(largest, int(line.split()[1]))
    return largest / 1024
