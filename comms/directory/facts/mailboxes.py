"""E-mail addresses: whether one is written right, and the ones that a cell of a list contains."""

from __future__ import annotations

import re

from email_validator import EmailNotValidError, validate_email

# Finds candidates in running text; `mailbox_of` decides.
_CANDIDATE = re.compile(r"[^\s<>()\[\],;:\"|]{1,64}@[^\s<>()\[\],;:\"|@]{1,255}")
MOST_MAILBOXES = 5


def mailbox_of(text: str) -> str:
    """The address in its canonical form, or empty when `text` is not exactly one address.

    No domain is looked up. Internationalised domains and local parts are allowed.
    """
    given = text.strip().removeprefix("mailto:")
    if len(given) > 320:
        return ""
    try:
        found = validate_email(given, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return str(found.normalized)


def mailboxes_in(text: str) -> list[str]:
    """The addresses found in a cell, in order, without repetition, at most five."""
    found: dict[str, None] = {}
    for candidate in _CANDIDATE.findall(text.replace("mailto:", " ")[:10_000]):
        address = mailbox_of(candidate.strip(".'"))
        if address:
            found[address] = None
    return list(found)[:MOST_MAILBOXES]
