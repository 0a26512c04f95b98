"""Routes of the inbox, of the work on cases, and of the settings of feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from comms.core.tenancy import in_workspace
from comms.feedback.models import Category, ReplyTemplate
from tests.feedback.casework_makers import make_case, make_form, make_inbox
from tests.permissions.rows import MOVED, Cast, Row, only

WORKERS = ("admin", "diplomat", "editor")
LOOKERS = (*WORKERS, "analyst")


def _inbox(cast: Cast) -> dict[str, Any]:
    make_inbox(cast.mission, cast.people["admin"], cast.people["diplomat"])
    return {"workspace": cast.mission.slug}


def _case(cast: Cast) -> dict[str, Any]:
    case = make_case(make_form(cast.mission, cast.people["diplomat"]), language="ar")
    return {"workspace": cast.mission.slug, "case_id": case.pk}


def _category(cast: Cast) -> dict[str, Any]:
    with in_workspace(cast.mission.id):
        made = Category.objects.create(workspace_id=cast.mission.id, code="a", name="Access")
    return {"workspace": cast.mission.slug, "category_id": made.id}


def _template(cast: Cast) -> dict[str, Any]:
    with in_workspace(cast.mission.id):
        made = ReplyTemplate.objects.create(
            workspace_id=cast.mission.id, name="Thanks", language="en", text="Thank you."
        )
    return {"workspace": cast.mission.slug, "template_id": made.id}


def _posts(route: str, arguments: Callable[[Cast], dict[str, Any]], **data: str) -> Row:
    return Row(
        f"feedback:{route}",
        only(*WORKERS, status=MOVED),
        method="POST",
        arguments=arguments,
        data=lambda _cast: data,
    )


ROWS = [
    Row("feedback:inbox", only(*LOOKERS), arguments=_inbox),
    _posts("bulk", _inbox, act="claim"),
    Row("feedback:case", only(*LOOKERS), arguments=_case),
    Row("feedback:panel", only(*LOOKERS), arguments=_case),
    _posts("work", _case, state="progress"),
    _posts("claim", _case),
    Row("feedback:close", only(*WORKERS), arguments=_case),
    _posts("close", _case),
    _posts("reopen", _case),
    Row("feedback:link", only(*WORKERS), arguments=_case, query="?q=embassy"),
    _posts("link", _case, stakeholder="nobody"),
    _posts("unlink", _case),
    Row("feedback:settings", only(*LOOKERS), arguments=_inbox),
    Row(
        "feedback:settings",
        only(*WORKERS, status=MOVED),
        method="POST",
        data=lambda _cast: {"reply_hours": "72", "reminder_hours": "24"},
    ),
    _posts("category_add", lambda cast: {"workspace": cast.mission.slug}, name="Access"),
    Row("feedback:category", only(*WORKERS), arguments=_category),
    _posts("category", _category, name="Ways in"),
    _posts("category_retire", _category, wanted="retire"),
    Row("feedback:template_new", only(*WORKERS)),
    Row("feedback:template", only(*WORKERS), arguments=_template),
    Row("feedback:template_delete", only(*WORKERS), arguments=_template),
    _posts("template_delete", _template),
]
