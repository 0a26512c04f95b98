"""What can be wrong with a row, kept as a code and shown as a sentence in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: dict[str, str | Promise] = {
    "cells": _(
        "The row has %(found)s cells, the header %(expected)s: check its quotation marks and separators."
    ),
    "no_name": _("There is no name in the row."),
    "long": _("“%(field)s” has more than %(most)s characters and was left out; shorten it."),
    "long_name": _("The name has more than %(most)s characters; shorten it."),
    "no_email": _("The e-mail cell is empty."),
    "not_email": _("“%(cell)s” is not an e-mail address."),
    "left_out": _("The row has no e-mail address and you chose to leave such rows out."),
    "more_emails": _("Only the first %(most)s addresses of the cell were read."),
    "not_phone": _(
        "“%(cell)s” is not a telephone number; write it with its country code, such as +353 1 555 0100."
    ),
    "not_post": _("“%(cell)s” is a remark, not a postal address."),
    "not_country": _("“%(cell)s” is not a country we know by name or code."),
    "not_language": _("“%(cell)s” is not a language we know by name or tag."),
    "not_zone": _("“%(cell)s” is not a time zone; write it as Europe/Dublin."),
    "repeats": _("The row repeats row %(row)s."),
    "taken_in_file": _(
        "“%(address)s” is already row %(row)s's; one address belongs to one stakeholder, so it was left "
        "out here."
    ),
    "taken": _("“%(address)s” belongs to somebody else in the directory and was left out here."),
    "archived": _(
        "This stakeholder is in the archive; restore it first, then import the row again."
    ),
    "ambiguous": _(
        "Several stakeholders have this name and country; give the row their e-mail address, or change "
        "it by hand."
    ),
    "namesake": _(
        "Somebody of this name is in the directory with another address; a second entry was made. Check "
        "whether they are one."
    ),
    "renamed": _("The directory had this address under another name; it now has the list's."),
    "address_first": _("The directory had another address; the list's is now used first."),
    "withdrawn": _(
        "They withdrew or objected before, so no lawful basis was recorded; record it by hand if they "
        "agreed again."
    ),
    "stopped": _("Sending to this address was stopped before, and it stays stopped."),
}

# With one of these the row is not imported.
FATAL = frozenset({"cells", "no_name", "long_name", "left_out", "repeats", "archived", "ambiguous"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to explain."""

    code: str
    words: dict[str, str] = field(default_factory=dict)

    @property
    def is_fatal(self) -> bool:
        """The row can't be imported."""
        return self.code in FATAL

    @property
    def sentence(self) -> str:
        """In the language of whoever reads it now."""
        return str(SENTENCES[self.code]) % self.words

    def as_json(self) -> list[object]:
        """As a row keeps it."""
        return [self.code, self.words]


def problem_from_json(value: list[object]) -> Problem:
    """The problem again."""
    code, words = value
    if not isinstance(code, str) or code not in SENTENCES or not isinstance(words, dict):
        raise ValueError("not a stored problem")
    return Problem(code, {str(key): str(word) for key, word in words.items()})


def shortened(cell: str) -> str:
    """A cell as a sentence quotes it."""
    text = " ".join(cell.split())
    return text if len(text) <= 60 else f"{text[:59]}…"
