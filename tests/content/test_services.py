"""How content changes, and who may change it."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from comms.accounts.models import User, Workspace
from comms.content import selectors, services
from comms.content.models import Template, Variant
from comms.content.rendering import TemplateError
from comms.content.services.templates import TemplateFacts
from comms.content.services.variants import VariantText
from comms.core.actors import Actor
from comms.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from comms.core.tenancy import in_workspace
from comms.directory.models import Audience
from comms.ledger.models import AuditEntry

Acting = Callable[[User, Workspace], Actor]

FACTS = TemplateFacts(
    name="Weekly update",
    purpose="updates",
    source_language="en",
    languages=["en", "ar"],
    fallback_language="en",
)
TEXT = VariantText(subject="News for {{ name }}", body="Dear {{ name }}", ready=True)


@pytest.fixture
def editor(in_mission: Workspace, edgar: User, acting: Acting) -> Actor:
    return acting(edgar, in_mission)


@pytest.fixture
def audience(in_mission: Workspace) -> Audience:
    return Audience.objects.create(
        workspace=in_mission, name="Missions", mode="live", filters={"kinds": ["mission"]}
    )


@pytest.fixture
def template(editor: Actor, audience: Audience) -> Template:
    return services.create_template(actor=editor, facts=replace(FACTS, audience_ids=[audience.id]))


def save(
    actor: Actor, template: Template, column: str, language: str, text: VariantText = TEXT
) -> Variant:
    return services.save_variant(
        actor=actor,
        template=template,
        column_key=column,
        language=language,
        text=text,
        workspace_name="Mission",
    )


def test_a_template_has_a_cell_for_each_audience_and_language(
    template: Template, audience: Audience
) -> None:
    matrix = selectors.matrix_of(template)
    assert [column.key for column in matrix.columns] == [str(audience.id), "everyone"]
    assert [language for language, _cells in matrix.rows] == ["en", "ar"]
    assert matrix.counts == {"missing": 4, "draft": 0, "stale": 0, "ready": 0}


def test_the_most_specific_audience_comes_first(editor: Actor, in_mission: Workspace) -> None:
    wide = Audience.objects.create(workspace=in_mission, name="A", mode="live", filters={})
    picked = Audience.objects.create(workspace=in_mission, name="Z", mode="picked")
    made = services.create_template(
        actor=editor,
        facts=replace(FACTS, audience_ids=[wide.id, picked.id], for_everyone=False),
    )
    assert [column.name for column in selectors.matrix_of(made).columns] == ["Z", "A"]


def test_saving_counts_versions_and_remembers_authors(
    editor: Actor, template: Template, ada: User, in_mission: Workspace, acting: Acting
) -> None:
    first = save(editor, template, "everyone", "en")
    assert (first.version, first.authors, first.state) == (1, [editor.user_id], "ready")
    same = save(editor, template, "everyone", "en", replace(TEXT, seen_version=1, ready=False))
    assert (same.version, same.state) == (1, "draft")
    ada_here = acting(ada, in_mission)
    second = save(ada_here, template, "everyone", "en", replace(TEXT, body="Other", seen_version=1))
    assert (second.version, second.authors) == (2, [editor.user_id, ada_here.user_id])


def test_a_translation_gets_stale_when_its_source_changes(
    editor: Actor, template: Template
) -> None:
    save(editor, template, "everyone", "en")
    save(editor, template, "everyone", "ar", replace(TEXT, in_line_with=1))
    assert selectors.cell_of(template, "everyone", "ar").state == "ready"
    save(editor, template, "everyone", "en", replace(TEXT, body="Changed", seen_version=1))
    assert selectors.cell_of(template, "everyone", "ar").state == "stale"
    assert selectors.cell_of(template, "everyone", "en").state == "ready"
    save(editor, template, "everyone", "ar", replace(TEXT, seen_version=1))
    assert selectors.cell_of(template, "everyone", "ar").state == "stale"
    save(editor, template, "everyone", "ar", replace(TEXT, seen_version=1, in_line_with=2))
    assert selectors.cell_of(template, "everyone", "ar").state == "ready"


def test_nobody_can_claim_a_version_of_the_source_that_is_still_to_come(
    editor: Actor, template: Template
) -> None:
    save(editor, template, "everyone", "en")
    save(editor, template, "everyone", "ar", replace(TEXT, in_line_with=99))
    save(editor, template, "everyone", "en", replace(TEXT, body="Changed", seen_version=1))
    assert selectors.cell_of(template, "everyone", "ar").state == "stale"


def test_refuses_to_overwrite_what_someone_else_saved(editor: Actor, template: Template) -> None:
    save(editor, template, "everyone", "en")
    with pytest.raises(ConflictError):
        save(editor, template, "everyone", "en", replace(TEXT, body="Mine"))
    assert Variant.objects.get(template=template).body == "Dear {{ name }}"


def test_refuses_a_text_that_cannot_be_rendered(editor: Actor, template: Template) -> None:
    with pytest.raises(TemplateError):
        save(editor, template, "everyone", "en", replace(TEXT, body="{{ ''.__class__ }}"))
    assert not Variant.objects.exists()


def test_refuses_a_cell_that_the_template_does_not_have(editor: Actor, template: Template) -> None:
    for column, language in (("everyone", "fr"), (str(uuid.uuid4()), "en"), ("nobody", "en")):
        with pytest.raises(NotFoundError):
            save(editor, template, column, language)


def test_texts_of_a_removed_language_are_kept_and_come_back(
    editor: Actor, template: Template
) -> None:
    save(editor, template, "everyone", "ar")
    services.update_template(
        actor=editor, template=template, facts=replace(FACTS, languages=["en"])
    )
    template.refresh_from_db()
    assert selectors.list_variants(template) == []
    services.update_template(actor=editor, template=template, facts=FACTS)
    template.refresh_from_db()
    assert [cell.language for cell in selectors.list_variants(template)] == ["ar"]


def test_an_archived_template_does_not_change(editor: Actor, template: Template) -> None:
    services.archive_template(actor=editor, template=template)
    assert list(selectors.list_templates(editor)) == []
    with pytest.raises(ConflictError):
        save(editor, template, "everyone", "en")
    with pytest.raises(ConflictError):
        services.update_template(actor=editor, template=template, facts=FACTS)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"note": "x" * 301}, "note"),
        ({"purpose": "spying"}, "purpose"),
        ({"languages": []}, "languages"),
        ({"languages": ["en", "xx"]}, "languages"),
        ({"languages": ["en", "EN"]}, "languages"),
        ({"source_language": "fr"}, "source_language"),
        ({"fallback_language": "fr"}, "fallback_language"),
        ({"audience_ids": [uuid.uuid4()]}, "audiences"),
        ({"audience_ids": [uuid.uuid4() for _ in range(13)]}, "audiences"),
    ],
)
def test_refuses_what_a_template_cannot_be(
    editor: Actor, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        services.create_template(actor=editor, facts=replace(FACTS, **changes))  # type: ignore[arg-type]  # wrong on purpose
    assert refusal.value.field == field


def test_refuses_a_name_in_use(editor: Actor, template: Template) -> None:
    with pytest.raises(InvalidError) as refusal:
        services.create_template(actor=editor, facts=replace(FACTS, name="weekly UPDATE"))
    assert refusal.value.field == "name"


def test_refuses_an_audience_of_another_workspace(editor: Actor, elsewhere: Workspace) -> None:
    pass_through = Audience(name="Theirs", mode="live", workspace=elsewhere)
    with pytest.raises(InvalidError):
        services.create_template(actor=editor, facts=replace(FACTS, audience_ids=[pass_through.id]))


def test_only_editors_and_administrators_write(
    template: Template, in_mission: Workspace, dina: User, petra: User, anna: User, acting: Acting
) -> None:
    for person in (dina, petra, anna):
        actor = acting(person, in_mission)
        with pytest.raises(ForbiddenError):
            services.create_template(actor=actor, facts=FACTS)
        with pytest.raises(ForbiddenError):
            services.update_template(actor=actor, template=template, facts=FACTS)
        with pytest.raises(ForbiddenError):
            services.archive_template(actor=actor, template=template)
        with pytest.raises(ForbiddenError):
            save(actor, template, "everyone", "en")
        with pytest.raises(ForbiddenError):
            services.create_key_message(actor=actor, text="x", valid_from=datetime.date(2026, 1, 1))


def test_another_workspace_sees_nothing(
    mission: Workspace, elsewhere: Workspace, edgar: User, oscar: User, acting: Acting
) -> None:
    with in_workspace(mission.id):
        made = services.create_template(actor=acting(edgar, mission), facts=FACTS)
    stranger = acting(oscar, elsewhere)
    with in_workspace(elsewhere.id):
        assert not Template.objects.exists()
        with pytest.raises(NotFoundError):
            selectors.get_template(stranger, made.id)


def test_every_change_is_in_the_audit_trail(editor: Actor, template: Template) -> None:
    save(editor, template, "everyone", "en")
    services.archive_template(actor=editor, template=template)
    actions = list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
    assert actions == [
        "content.created_template",
        "content.saved_variant",
        "content.archived_template",
    ]


def test_the_database_keeps_one_text_a_cell(editor: Actor, template: Template) -> None:
    made = save(editor, template, "everyone", "en")
    made.pk = uuid.uuid4()
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


# Key messages


def test_a_required_message_must_be_carried_while_it_holds(
    editor: Actor, template: Template
) -> None:
    message = services.create_key_message(
        actor=editor,
        text="Both sides keep talking.",
        valid_from=datetime.date(2026, 1, 1),
        valid_until=datetime.date(2026, 1, 31),
        required=True,
    )
    save(editor, template, "everyone", "en")

    def kinds(day: datetime.date) -> list[str]:
        matrix = selectors.matrix_of(template)
        return [problem.kind for problem in selectors.message_problems(matrix, day)]

    assert kinds(datetime.date(2025, 12, 31)) == []
    assert kinds(datetime.date(2026, 1, 1)) == ["missing"]
    assert kinds(datetime.date(2026, 1, 31)) == ["missing"]
    save(
        editor,
        template,
        "everyone",
        "en",
        replace(TEXT, seen_version=1, key_message_ids=[message.id]),
    )
    assert kinds(datetime.date(2026, 1, 31)) == []
    assert kinds(datetime.date(2026, 2, 1)) == ["expired"]
    assert kinds(datetime.date(2025, 12, 31)) == ["not_yet"]
    services.retire_key_message(actor=editor, message=message)
    assert kinds(datetime.date(2026, 1, 31)) == ["retired"]


def test_refuses_a_period_that_ends_before_it_begins(editor: Actor) -> None:
    with pytest.raises(InvalidError) as refusal:
        services.create_key_message(
            actor=editor,
            text="x",
            valid_from=datetime.date(2026, 2, 1),
            valid_until=datetime.date(2026, 1, 31),
        )
    assert refusal.value.field == "valid_until"


def test_a_retired_message_does_not_change(editor: Actor) -> None:
    message = services.create_key_message(
        actor=editor, text="x", valid_from=datetime.date(2026, 2, 1)
    )
    services.retire_key_message(actor=editor, message=message)
    with pytest.raises(ConflictError):
        services.update_key_message(
            actor=editor,
            message=message,
            text="y",
            valid_from=datetime.date(2026, 2, 1),
            valid_until=None,
            required=False,
        )


def test_refuses_an_unknown_key_message(editor: Actor, template: Template) -> None:
    with pytest.raises(InvalidError):
        save(editor, template, "everyone", "en", replace(TEXT, key_message_ids=[uuid.uuid4()]))
    assert not Variant.objects.exists()
