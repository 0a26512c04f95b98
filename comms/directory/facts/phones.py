"""Telephone numbers as E.164, the form that gateways and matching need."""

from __future__ import annotations

# phonenumbers is loaded by whoever reads a number: its 60 modules are in no hurry at a start.


def phone_of(text: str, country: str = "") -> str:
    """`text` as +4420… (E.164), or empty when it is no telephone number.

    A number without + is read as one of `country`, an ISO code; the length must be possible there.
    """
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def readable_phone(number: str) -> str:
    """An E.164 number with the spaces of its country; anything else as it is."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
