"""Makes the people of the journey on the analysis: `manage.py shell -c` runs this inside the deployment."""

from __future__ import annotations

from typing import Any

from comms.core.actors import Role
from tests.feedback.world import choices, definition, item, text
from tests.journeys import threads_cast

SLUG = "figures"
WORKSPACE = "Road Safety Desk"
PEOPLE = {
    "frida@figures.example": ("Frida Former", Role.EDITOR, "en"),
    "anton@figures.example": ("Anton Analyst", Role.ANALYST, "en"),
    "amal@figures.example": ("Amal Analyst", Role.ANALYST, "ar"),
    "nora@figures.example": ("Nora Not-Reader", Role.ANALYST, "en"),
}

ASKED = definition(
    item(
        "road",
        "single_choice",
        choices=choices("north", "south"),
        other=True,
        label=text("Which road do you use?"),
    ),
    item(
        "rated",
        "rating",
        scale=5,
        low=text("bad"),
        high=text("good"),
        label=text("How is the road?"),
    ),
    item(
        "people",
        "number",
        integer=True,
        min="0",
        max=None,
        unit=text("people"),
        label=text("How many travel with you?"),
    ),
    item("safe", "yes_no", sealed=True, label=text("Do you feel safe there?")),
    item(
        "times",
        "likert",
        sealed=True,
        rows=choices("day", "night"),
        columns=choices("always", "sometimes", "never"),
        label=text("When do you feel safe?"),
    ),
    item("story", "long_text", max_length=500, sealed=True, label=text("What happened?")),
)
ROADS = ("north",) * 9 + ("south",) * 7 + ("other",) * 2


def answers(at: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """What person number `at` answers: sealed, and open."""
    road = ROADS[at % len(ROADS)]
    sealed = {
        "safe": road == "north" and at % 4 != 0,
        "times": {"day": ("always", "sometimes")[at % 2], "night": "never"},
        "story": f"=Number {at} was at the mill.",
    }
    opened = {
        "road": {"other": "the old one"} if road == "other" else {"choice": road},
        "rated": 1 + at % 5,
        "people": str(at % 18),
    }
    return sealed, opened


def make() -> None:
    """A workspace of four, with keys as their browsers would have made them."""
    threads_cast.make(SLUG, WORKSPACE, PEOPLE)
