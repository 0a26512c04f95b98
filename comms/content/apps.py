"""Registers the app."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "comms.content"
    label = "content"
