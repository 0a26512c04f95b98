"""Addresses of the content pages, under /w/<workspace>/content/."""

from __future__ import annotations

from django.urls import path

from comms.content.views import key_messages, previews, templates, variants

app_name = "content"

urlpatterns = [
    path("", templates.list_page, name="list"),
    path("new", templates.new_page, name="new"),
    path("key-messages/", key_messages.list_page, name="key_messages"),
    path("key-messages/new", key_messages.new_page, name="key_message_new"),
    path("key-messages/<uuid:message>/", key_messages.edit_page, name="key_message"),
    path("key-messages/<uuid:message>/retire", key_messages.retire_page, name="key_message_retire"),
    path("<uuid:template>/", templates.template_page, name="template"),
    path("<uuid:template>/edit", templates.edit_page, name="edit"),
    path("<uuid:template>/archive", templates.archive_page, name="archive"),
    path("<uuid:template>/<str:column>/<str:language>/", variants.edit_page, name="variant"),
    path(
        "<uuid:template>/<str:column>/<str:language>/preview", previews.preview_page, name="preview"
    ),
    path(
        "<uuid:template>/<str:column>/<str:language>/preview/mail",
        previews.mail_document,
        name="preview_mail",
    ),
    path(
        "<uuid:template>/<str:column>/<str:language>/preview/draft",
        previews.draft_document,
        name="preview_draft",
    ),
]
