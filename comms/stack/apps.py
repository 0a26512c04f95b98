"""Registers the app, so that Django finds its commands and pages."""

from __future__ import annotations

from django.apps import AppConfig


class StackConfig(AppConfig):
    name = "comms.stack"
    label = "stack"
