"""Registers the app."""

from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    name = "comms.threads"
    label = "threads"
