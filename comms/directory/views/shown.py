"""How filters are said in words."""

from __future__ import annotations

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comms.directory.facts.countries import country_name
from comms.directory.facts.languages import language_name
from comms.directory.models import Audience, Kind


def filter_words(audience: Audience) -> list[str]:
    """One text for each list that narrows the audience: "Diplomatic mission or Media"."""
    if audience.is_picked:
        return [_("Picked by hand")]
    reader = get_language() or "en"
    between = f" {_('or')} "
    shown = [
        between.join(str(Kind(kind).label) for kind in audience.filters.get("kinds", [])),
        between.join(audience.filters.get("regions", [])),
        between.join(language_name(tag, reader) for tag in audience.filters.get("languages", [])),
        between.join(country_name(code, reader) for code in audience.filters.get("countries", [])),
    ]
    return [text for text in shown if text] or [_("Everyone")]
