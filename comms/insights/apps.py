"""Registers the app."""

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    name = "comms.insights"
    label = "insights"
