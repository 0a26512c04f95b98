"""Tables of content."""

from comms.content.models.key_messages import KeyMessage
from comms.content.models.templates import Template, TemplateAudience
from comms.content.models.variants import Variant, VariantMessage

__all__ = ["KeyMessage", "Template", "TemplateAudience", "Variant", "VariantMessage"]
