"""E-mail addresses: whether one is written right, and the ones that a cell of a list contains."""

from __future__ import annotations

import re
from functools import lru_cache

# Finds candidates in running text; `mailbox_of` decides.
_ORDINARY = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
# Below every limit of RFC 5321, and of its parts: 64 before the @.
_SURELY_SHORT = 64
_CANDIDATE = re.compile(r"[^\s<>()\[\],;:\"|]{1,64}@[^\s<>()\[\],;:\"|@]{1,255}")
MOST_MAILBOXES = 5


def mailbox_of(text: str) -> str:
    """The address in its canonical form, or empty when `text` is not exactly one address.

    No domain is looked up. Internationalised domains and local parts are allowed.
    """
    given = text.strip().removeprefix("mailto:")
    if len(given) > 320:
        return ""
    local, _at, domain = given.rpartition("@")
    if len(given) <= _SURELY_SHORT and _ORDINARY.fullmatch(local):
        # Nothing about such a local part can be wrong, and a list has few domains.
        accepted = _domain_of(domain)
        return f"{local}@{accepted}" if accepted else ""
    return _validated(given)


@lru_cache(maxsize=4096)
def _domain_of(domain: str) -> str:
    """A domain in its canonical form, or empty when no address may have it."""
    return _validated(f"a@{domain}").rpartition("@")[2]


def _validated(given: str) -> str:
    # Loaded by whoever reads an address, not at every start.
    from email_validator import EmailNotValidError, validate_email

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
