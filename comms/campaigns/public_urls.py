"""Addresses that mails carry, under /u/."""

from __future__ import annotations

from django.urls import path

from comms.campaigns import public

urlpatterns = [path("<str:token>/", public.unsubscribe_page, name="unsubscribe")]
