"""Addresses under /w/<workspace>/directory/."""

from __future__ import annotations

from django.urls import path

from comms.directory.views import audiences, bulk, contacts, imports, stakeholders

app_name = "directory"

_ONE = "<uuid:stakeholder_id>/"
_POINT = f"{_ONE}addresses/<uuid:contact_point_id>/"
_LIST = "imports/<uuid:import_id>/"
_AUDIENCE = "audiences/<uuid:audience_id>/"

urlpatterns = [
    path("", stakeholders.index, name="list"),
    path("new/", stakeholders.new, name="new"),
    path("export.csv", stakeholders.export, name="export"),
    path("bulk/", bulk.change, name="bulk"),
    path("imports/", imports.index, name="imports"),
    path(_LIST, imports.detail, name="import"),
    path(f"{_LIST}columns/", imports.columns, name="import_columns"),
    path(f"{_LIST}preview/", imports.preview, name="import_preview"),
    path(f"{_LIST}progress/", imports.progress, name="import_progress"),
    path(f"{_LIST}start/", imports.start, name="import_start"),
    path(f"{_LIST}discard/", imports.discard, name="import_discard"),
    path(f"{_LIST}rows.csv", imports.error_file, name="import_errors"),
    path("audiences/", audiences.index, name="audiences"),
    path("audiences/new/", audiences.new, name="audience_new"),
    path("audiences/count/", audiences.count, name="audience_count"),
    path(_AUDIENCE, audiences.detail, name="audience"),
    path(f"{_AUDIENCE}edit/", audiences.edit, name="audience_edit"),
    path(f"{_AUDIENCE}archive/", audiences.archive, name="audience_archive"),
    path(f"{_AUDIENCE}remove/", audiences.remove, name="audience_remove"),
    path(_ONE, stakeholders.detail, name="stakeholder"),
    path(f"{_ONE}edit/", stakeholders.edit, name="edit"),
    path(f"{_ONE}archive/", stakeholders.archive, name="archive"),
    path(f"{_ONE}restore/", stakeholders.restore, name="restore"),
    path(f"{_ONE}addresses/", contacts.add_address, name="address_add"),
    path(f"{_POINT}remove/", contacts.remove_address, name="address_remove"),
    path(f"{_POINT}stop/", contacts.stop_address, name="address_stop"),
    path(f"{_POINT}allow/", contacts.allow_address, name="address_allow"),
    path(f"{_ONE}bases/", contacts.add_basis, name="basis_add"),
    path(f"{_ONE}bases/<uuid:consent_id>/end/", contacts.end_basis, name="basis_end"),
]
