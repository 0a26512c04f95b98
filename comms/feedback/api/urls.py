"""Addresses of feedback in the API. docs/api/feedback.md describes the bodies."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from comms.feedback.api.door import Call, chunks, resource
from comms.feedback.views import cases_data as cases
from comms.feedback.views import codebook_data as codebook
from comms.feedback.views import data, figures_data

_FORM, _CASE = "feedback/forms/<uuid:form_id>", "feedback/cases/<uuid:case_id>"
_KEYS, _LARGE = 1_200_000, 300_000

_forms: list[URLPattern | URLResolver] = [
    path(
        "feedback/forms",
        resource(
            data.forms,
            get=Call("list_forms", "Forms", "[form, …]"),
            post=Call("create_form", "Make a form", "form", 201, _KEYS),
        ),
        name="feedback_forms",
    ),
    path(
        _FORM,
        resource(
            data.form,
            get=Call(
                "get_form", "A form, its draft and its versions", "[form, draft, [version, …]]"
            ),
        ),
        name="feedback_form",
    ),
    path(
        _FORM + "/duplicate",
        resource(
            data.duplicate,
            post=Call("duplicate_form", "Make a form like another", "form", 201, _KEYS),
        ),
        name="feedback_duplicate",
    ),
    path(
        _FORM + "/draft",
        resource(
            data.draft,
            post=Call("save_form_draft", "Save a form's draft", "[new revision]", 200, _LARGE),
        ),
        name="feedback_draft",
    ),
    path(
        _FORM + "/publish",
        resource(
            data.publish, post=Call("publish_form", "Publish a version", "[number]", 201, _LARGE)
        ),
        name="feedback_publish",
    ),
    path(
        _FORM + "/versions/<int:number>",
        resource(
            data.version,
            get=Call("get_form_version", "A published version", "[definition, form-version]"),
        ),
        name="feedback_version",
    ),
    path(
        _FORM + "/settings",
        resource(
            data.settings, post=Call("change_form", "Change a form's settings", "form", 200, 256)
        ),
        name="feedback_settings",
    ),
    path(
        _FORM + "/state",
        resource(
            data.state,
            post=Call("move_form", "Close, reopen, archive or restore a form", "form", 200, 32),
        ),
        name="feedback_state",
    ),
    path(
        _FORM + "/opening",
        resource(
            data.opening, get=Call("get_form_opening", "What partners get of a form", "opening")
        ),
        name="feedback_opening",
    ),
    path(
        _FORM + "/submissions",
        resource(
            figures_data.submissions,
            get=Call("list_submissions", "A form's submissions", "[[submission, …], next cursor]"),
        ),
        name="feedback_submissions",
    ),
    path(
        _FORM + "/counts",
        resource(
            figures_data.counts,
            get=Call("count_answers", "Open answers, counted", "[[value, by, count], …]"),
        ),
        name="feedback_counts",
    ),
]

_cases: list[URLPattern | URLResolver] = [
    path(
        "feedback/opened",
        resource(
            cases.opened,
            post=Call("note_opened", "Note that sealed answers were opened", limit=10_240),
        ),
        name="feedback_opened",
    ),
    path(
        "feedback/cases",
        resource(
            cases.cases, get=Call("list_cases", "The inbox", "[[case, …], next, counts, overdue]")
        ),
        name="feedback_cases",
    ),
    path(
        _CASE,
        resource(
            cases.case, get=Call("get_case", "Everything of one case", "the eleven parts of a case")
        ),
        name="feedback_case",
    ),
    path(
        _CASE + "/change",
        resource(
            cases.change, post=Call("change_case", "Change one thing of a case", "case", 200, 256)
        ),
        name="feedback_change",
    ),
    path(
        _CASE + "/dialogue",
        resource(cases.dialogue, post=Call("reply", "Answer in a case", "[number]", 201, 65_552)),
        name="feedback_dialogue",
    ),
    path(
        _CASE + "/notes",
        resource(
            cases.notes, post=Call("add_note", "Add a sealed note to a case", "[id]", 201, 65_552)
        ),
        name="feedback_notes",
    ),
    path(
        _CASE + "/read",
        resource(
            cases.read, post=Call("mark_case_read", "Note how far the team has read", limit=32)
        ),
        name="feedback_read",
    ),
    path(
        _CASE + "/files",
        resource(
            cases.files,
            post=Call("open_case_file", "Begin to upload a file of a reply", '[blob, ""]', 201, 32),
        ),
        name="feedback_files",
    ),
    path(
        _CASE + "/files/<uuid:file_id>/<int:number>",
        chunks(
            cases.part,
            get=Call(
                "get_case_chunk",
                "A sealed chunk of a file",
                "1 MiB and 16 bytes; the last one holds the rest.",
            ),
            put=Call("put_case_chunk", "Upload a sealed chunk"),
        ),
        name="feedback_part",
    ),
]

_codebook: list[URLPattern | URLResolver] = [
    path(
        "feedback/categories",
        resource(
            codebook.categories,
            get=Call("list_categories", "The codebook", "[[id, code, name, cases], …]"),
            post=Call("save_category", "Save a category", "[id, code, name, cases]", 201, 1024),
        ),
        name="feedback_categories",
    ),
    path(
        "feedback/categories/<uuid:category_id>/remove",
        resource(
            codebook.remove_category, post=Call("remove_category", "Remove a category", limit=16)
        ),
        name="feedback_remove_category",
    ),
    path(
        "feedback/templates",
        resource(
            codebook.templates,
            get=Call("list_reply_templates", "Reply templates", "[[id, name, language, text], …]"),
            post=Call(
                "save_reply_template",
                "Save a reply template",
                "[id, name, language, text]",
                201,
                65_536,
            ),
        ),
        name="feedback_templates",
    ),
    path(
        "feedback/templates/<uuid:template_id>/remove",
        resource(
            codebook.remove_template,
            post=Call("remove_reply_template", "Remove a reply template", limit=16),
        ),
        name="feedback_remove_template",
    ),
    path(
        "feedback/colleagues",
        resource(
            cases.colleagues,
            get=Call("list_colleagues", "Who may be given a case", "[[member, name], …]"),
        ),
        name="feedback_colleagues",
    ),
]

workspace: list[URLPattern | URLResolver] = [*_forms, *_cases, *_codebook]
