"""What Today and the palette show, gathered from the other apps as the reader may see it."""

from comms.insights.selectors.first_steps import FirstStep, list_first_steps
from comms.insights.selectors.places import LONGEST_QUESTION, Place, find_places
from comms.insights.selectors.waiting import Waiting, list_waiting

__all__ = [
    "LONGEST_QUESTION",
    "FirstStep",
    "Place",
    "Waiting",
    "find_places",
    "list_first_steps",
    "list_waiting",
]
