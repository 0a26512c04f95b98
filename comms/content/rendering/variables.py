"""The closed list of what a variant may say about its recipient, and how a value is made harmless."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VALUE_CHARS = 500


@dataclass(frozen=True, slots=True)
class Recipient:
    """What is known of one recipient. An empty value is a missing one.

    `kind` is the directory's word for it (`mission`, `person`, …), `role` a person's title, `country`
    two letters (ISO 3166-1); `unsubscribe_link` is this delivery's own and always given. `address` is
    never shown in a text; it names the recipient in errors when they have no name.
    """

    name: str
    address: str
    unsubscribe_link: str
    role: str = ""
    country: str = ""
    region: str = ""
    kind: str = ""

    @property
    def label(self) -> str:
        """Who this is, for an officer."""
        return f"{self.name} ({self.address})" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Variable:
    """One allowed variable. One that isn't `shown` can only be compared in a condition."""

    name: str
    meaning: str | Promise
    link: bool = False
    shown: bool = True


# The order is that of `values_of`.
_OF_RECIPIENT = (
    Variable("name", _("the recipient's name")),
    Variable("role", _("the recipient's role or title")),
    Variable("country", _("the recipient's country, in the language of the text")),
    Variable("country_code", _("the country's two letters, for conditions")),
    Variable("region", _("the recipient's region")),
    Variable(
        "kind", _("what the recipient is, for conditions: mission, person, media, …"), shown=False
    ),
    Variable("unsubscribe_link", _("the recipient's own link to stop these mails"), link=True),
)
_OF_VARIANT = (
    Variable("workspace", _("the name of this workspace")),
    Variable("language", _("the name of the text's language, in that language")),
)
VARIABLES: tuple[Variable, ...] = (*_OF_RECIPIENT, *_OF_VARIANT)
BY_NAME = {variable.name: variable for variable in VARIABLES}
INDEX = {variable.name: place for place, variable in enumerate(VARIABLES)}

Values = tuple[str, ...]

# Control characters could forge a header line or a paragraph of ours; bidirectional overrides and isolates
# could reorder the text around the name. Joiners (U+200C, U+200D) stay: Persian needs them.
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


def harmless(value: str) -> str:
    """One line of at most `VALUE_CHARS` characters that can't reorder or break what is around it."""
    if len(value) > VALUE_CHARS:
        value = value[:VALUE_CHARS]
    return value if value.isprintable() else _HARMFUL.sub(" ", value).strip()


def values_of(recipient: Recipient, constants: Values, names: dict[str, str]) -> Values:
    """The values in the order of `VARIABLES`. `names` are `country_names` of the text's language."""
    code = recipient.country
    return (
        harmless(recipient.name),
        harmless(recipient.role),
        names.get(code, code) if code else "",
        code,
        harmless(recipient.region),
        recipient.kind,
        recipient.unsubscribe_link,
        *constants,
    )
