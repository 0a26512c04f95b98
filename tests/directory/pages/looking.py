"""Where a page is, and a list to upload."""

from __future__ import annotations

from django.urls import reverse

CSV = b"Name,Country,Email\nEmbassy,France,desk@example.org\nClub,Atlantis,none\n"


def address(name: str, **words: object) -> str:
    return reverse(f"directory:{name}", kwargs={"workspace": "mission", **words})
