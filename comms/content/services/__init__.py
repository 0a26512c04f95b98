"""How content changes."""

from comms.content.services.key_messages import (
    create_key_message,
    retire_key_message,
    update_key_message,
)
from comms.content.services.templates import archive_template, create_template, update_template
from comms.content.services.variants import save_variant

__all__ = [
    "archive_template",
    "create_key_message",
    "create_template",
    "retire_key_message",
    "save_variant",
    "update_key_message",
    "update_template",
]
