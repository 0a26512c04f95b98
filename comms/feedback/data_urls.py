"""What the team's scripts ask for, under /w/<workspace>/feedback/data/."""

from __future__ import annotations

from django.urls import URLPattern, path

from comms.feedback.views import cases_data, codebook_data, data, figures_data

_FORM, _CASE = "forms/<uuid:form_id>", "cases/<uuid:case_id>"

urlpatterns: list[URLPattern] = [
    path("forms", data.forms, name="data_forms"),
    path(_FORM, data.form, name="data_form"),
    path(_FORM + "/duplicate", data.duplicate, name="data_duplicate"),
    path(_FORM + "/draft", data.draft, name="data_draft"),
    path(_FORM + "/publish", data.publish, name="data_publish"),
    path(_FORM + "/versions/<int:number>", data.version, name="data_version"),
    path(_FORM + "/settings", data.settings, name="data_settings"),
    path(_FORM + "/state", data.state, name="data_state"),
    path(_FORM + "/opening", data.opening, name="data_opening"),
    path(_FORM + "/submissions", figures_data.submissions, name="data_submissions"),
    path(_FORM + "/counts", figures_data.counts, name="data_counts"),
    path("opened", cases_data.opened, name="data_opened"),
    path("cases", cases_data.cases, name="data_cases"),
    path(_CASE, cases_data.case, name="data_case"),
    path(_CASE + "/change", cases_data.change, name="data_change"),
    path(_CASE + "/dialogue", cases_data.dialogue, name="data_dialogue"),
    path(_CASE + "/notes", cases_data.notes, name="data_notes"),
    path(_CASE + "/read", cases_data.read, name="data_read"),
    path(_CASE + "/files", cases_data.files, name="data_files"),
    path(_CASE + "/files/<uuid:file_id>/<int:number>", cases_data.part, name="data_part"),
    path("categories", codebook_data.categories, name="data_categories"),
    path(
        "categories/<uuid:category_id>/remove",
        codebook_data.remove_category,
        name="data_remove_category",
    ),
    path("templates", codebook_data.templates, name="data_templates"),
    path(
        "templates/<uuid:template_id>/remove",
        codebook_data.remove_template,
        name="data_remove_template",
    ),
    path("colleagues", cases_data.colleagues, name="data_colleagues"),
]
