"""Whether an edition can be sent as it is: texts complete and right, a value for every variable."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.campaigns.models import Delivery, Edition, EditionVariant
from comms.content.models import Template
from comms.content.rendering import (
    CompiledVariant,
    FrozenVariant,
    Recipient,
    TemplateError,
    compile_variant,
)
from comms.content.selectors import Cell, CellState, matrix_of, message_problems
from comms.content.selectors.recipients import as_recipient
from comms.core.errors import InvalidError
from comms.directory import selectors as directory
from comms.directory.facts.languages import language_name

_CHUNK = 2000
_NAMED = 5
# Long enough for any real one; only whether it is there matters here.
_SOME_LINK = "https://localhost/u/"


def sendable_cells(template: Template, edition: Edition) -> list[Cell]:
    """The cells of the template's matrix, every one ready. Raises InvalidError naming those that are not."""
    matrix = matrix_of(template)
    cells = list(matrix.cells())
    unready = [cell for cell in cells if cell.state != CellState.READY]
    if unready:
        raise InvalidError(
            _("These texts are not ready: %(list)s.")
            % {"list": _listed(f"{_cell_name(cell)} ({cell.state.label})" for cell in unready)},
            field="template",
        )
    day = (edition.send_at or timezone.now()).date()
    problems = message_problems(matrix, edition.local_date or day)
    if problems:
        raise InvalidError(
            _("Key messages are missing, or no longer hold, in: %(list)s.")
            % {"list": _listed(dict.fromkeys(_cell_name(problem.cell) for problem in problems))},
            field="key_messages",
        )
    return cells


def compile_frozen(variant: EditionVariant, *, workspace_name: str) -> CompiledVariant:
    """A frozen text, ready to render. Raises TemplateError."""
    return compile_variant(
        FrozenVariant(
            subject=variant.subject,
            body=variant.body,
            language=variant.language,
            direction="rtl" if variant.direction == "rtl" else "ltr",
            workspace_name=workspace_name,
        )
    )


def require_renderable(edition: Edition, variants: Sequence[EditionVariant]) -> None:
    """Every text compiles, and every recipient has a value for each of its variables.

    Raises InvalidError naming text and place, or recipients and variable. Inside `in_workspace`.
    """
    compiled: dict[uuid.UUID, CompiledVariant] = {}
    for variant in variants:
        try:
            compiled[variant.id] = compile_frozen(variant, workspace_name=edition.workspace_name)
        except TemplateError as error:
            raise InvalidError(
                _("The text in %(language)s can't be sent: %(reason)s")
                % {"language": language_name(variant.language), "reason": error.message},
                field="template",
            ) from error
    # A text that says no more of its recipient than everyone has lacks nothing: no need to load everyone.
    asking = {
        key: made
        for key, made in compiled.items()
        if made.missing(_nobody()) or made.has_conditions
    }
    lacking = list(_lacking(edition, asking))
    if lacking:
        raise InvalidError(
            _("A value is missing: %(list)s. Fill it in, or make the text do without it.")
            % {"list": "; ".join(lacking)},
            field="recipients",
        )


def _nobody() -> Recipient:
    """Someone with only what the directory requires of everyone."""
    return Recipient(name="x", address="", unsubscribe_link=_SOME_LINK, kind="person")


def _lacking(edition: Edition, compiled: dict[uuid.UUID, CompiledVariant]) -> Iterator[str]:
    """The first few recipients whose text lacks a value."""
    rows = (
        Delivery.objects.filter(
            edition=edition, state=Delivery.State.PENDING, variant_id__in=list(compiled)
        )
        .order_by("id")
        .values_list("contact_point_id", "variant_id")
    )
    found = 0
    for chunk in _chunks(list(rows) if compiled else []):
        people = directory.load_recipients({point for point, _variant in chunk if point})
        for point, variant in chunk:
            person = people.get(point) if point else None
            if person is None or variant is None:
                continue
            recipient = as_recipient(person, unsubscribe_link=_SOME_LINK)
            missing = compiled[variant].missing(recipient)
            if missing:
                yield f"{recipient.label}: {', '.join(missing)}"
                found += 1
                if found == _NAMED:
                    return


def _chunks(
    rows: list[tuple[uuid.UUID | None, uuid.UUID | None]],
) -> Iterator[list[tuple[uuid.UUID | None, uuid.UUID | None]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _cell_name(cell: Cell) -> str:
    return f"{cell.column.name}, {language_name(cell.language)}"


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    shown = found[:_NAMED]
    if len(found) > len(shown):
        shown.append("…")
    return "; ".join(shown)
