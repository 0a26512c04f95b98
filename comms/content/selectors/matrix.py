"""A template's cells: audience × language, and the state of each."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from comms.content.models import Template, TemplateAudience, Variant
from comms.core.errors import NotFoundError
from comms.directory.facts.languages import direction_of
from comms.directory.selectors import by_specificity


class CellState(models.TextChoices):
    """How far the text of a cell is."""

    MISSING = "missing", gettext_lazy("Missing")
    DRAFT = "draft", gettext_lazy("Draft")
    STALE = "stale", gettext_lazy("Older than its source")
    READY = "ready", gettext_lazy("Ready")


@dataclass(frozen=True)
class Column:
    """An audience of a template; `audience_id` None is everyone in none of the others."""

    audience_id: uuid.UUID | None
    name: str | Promise

    @property
    def key(self) -> str:
        """How addresses name it."""
        return str(self.audience_id) if self.audience_id else "everyone"


@dataclass(frozen=True)
class Cell:
    """One audience in one language. `source` is the text it is translated from, if it is a translation."""

    column: Column
    language: str
    variant: Variant | None
    source: Variant | None

    @property
    def state(self) -> CellState:
        """Stale comes before ready and draft: it is what has to be mended first."""
        if self.variant is None:
            return CellState.MISSING
        if self.source is not None and self.variant.source_version < self.source.version:
            return CellState.STALE
        return CellState(self.variant.state)

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return direction_of(self.language)


@dataclass(frozen=True)
class Matrix:
    """All cells of a template, rows by language (the source first), columns by audience (everyone last)."""

    template: Template
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]

    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        for _language, cells in self.rows:
            yield from cells

    @cached_property
    def counts(self) -> dict[CellState, int]:
        """How many cells are in each state; every state is there."""
        counts = dict.fromkeys(CellState, 0)
        for cell in self.cells():
            counts[cell.state] += 1
        return counts

    @property
    def total(self) -> int:
        """How many cells there are."""
        return len(self.columns) * len(self.rows)

    @property
    def ready(self) -> int:
        """How many of them are ready."""
        return self.counts[CellState.READY]

    def cell(self, column_key: str, language: str) -> Cell:
        """The cell that an address names. Raises NotFoundError."""
        for cell in self.cells():
            if cell.language == language and cell.column.key == column_key:
                return cell
        raise NotFoundError(_("This template has no such audience or language."))


def matrices_of(templates: Iterable[Template]) -> dict[uuid.UUID, Matrix]:
    """The matrices by template, in two queries for all of them."""
    wanted = {template.id: template for template in templates}
    audiences: dict[uuid.UUID, list[TemplateAudience]] = {key: [] for key in wanted}
    for row in TemplateAudience.objects.filter(template_id__in=wanted).select_related("audience"):
        audiences[row.template_id].append(row)
    variants: dict[uuid.UUID, list[Variant]] = {key: [] for key in wanted}
    for variant in Variant.objects.filter(template_id__in=wanted).prefetch_related("carried"):
        variants[variant.template_id].append(variant)
    return {
        key: _matrix(template, audiences[key], variants[key]) for key, template in wanted.items()
    }


def matrix_of(template: Template) -> Matrix:
    """The matrix of one template."""
    return matrices_of([template])[template.id]


def _matrix(template: Template, chosen: list[TemplateAudience], variants: list[Variant]) -> Matrix:
    columns = [
        Column(audience.id, audience.name)
        for audience in by_specificity([row.audience for row in chosen])
    ]
    if template.for_everyone or not columns:
        name = gettext_lazy("Everyone else") if columns else gettext_lazy("Everyone")
        columns.append(Column(None, name))
    texts = {(variant.audience_id, variant.language): variant for variant in variants}
    first = template.source_language
    languages = sorted(template.languages, key=lambda language: language != first)
    rows = []
    for language in languages:
        cells = tuple(
            Cell(
                column=column,
                language=language,
                variant=texts.get((column.audience_id, language)),
                source=None if language == first else texts.get((column.audience_id, first)),
            )
            for column in columns
        )
        rows.append((language, cells))
    return Matrix(template=template, columns=tuple(columns), rows=tuple(rows))


def list_variants(template: Template) -> list[Cell]:
    """Every cell of the template that has a text, in the matrix's order.

    A text whose audience or language was taken out of the template is kept but not listed.
    """
    return [cell for cell in matrix_of(template).cells() if cell.variant is not None]


def cell_of(template: Template, column_key: str, language: str) -> Cell:
    """The cell that an address names. Raises NotFoundError."""
    return matrix_of(template).cell(column_key, language)
