"""Addresses of the mail catcher's pages, below /dev/mail/."""

from __future__ import annotations

from django.urls import path

from comms.stack import views

app_name = "stack"
urlpatterns = [
    path("", views.mails, name="mails"),
    path("<slug:mail_id>/", views.mail, name="mail"),
    path("<slug:mail_id>/html", views.mail_html, name="mail_html"),
    path("<slug:mail_id>.eml", views.mail_source, name="mail_source"),
]
