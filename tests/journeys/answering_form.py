"""The form of the journeys of partners: every question type, two languages, open and sealed."""

from __future__ import annotations

from typing import Any

from tests.feedback.world import item

NOTHING = {"en": ""}
Words = dict[str, str]


def both(en: str, ar: str) -> Words:
    return {"en": en, "ar": ar}


def choices(**named: Words) -> list[dict[str, Any]]:
    return [{"id": name, "label": label} for name, label in named.items()]


def ask(name: str, kind: str, label: Words, **fields: Any) -> dict[str, Any]:
    return item(name, kind, **{"label": label, "hint": NOTHING, **fields})


def step(name: str, title: Words, *items: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "title": title, "visible": None, "items": list(items)}


STOPPED = {"question": "stopped", "op": "equals", "value": True}

THE_ROAD = step(
    "s1",
    both("The road", "الطريق"),
    ask(
        "road",
        "single_choice",
        both("Which road do you take most?", "أي طريق تسلك أكثر؟"),
        required=True,
        other=True,
        choices=choices(
            coast=both("The coast road", "الطريق الساحلي"),
            valley=both("The valley road", "طريق الوادي"),
        ),
    ),
    ask(
        "stopped",
        "yes_no",
        both("Were you stopped on it this month?", "هل أُوقفت عليه هذا الشهر؟"),
        required=True,
    ),
    ask(
        "times",
        "number",
        both("How many times?", "كم مرة؟"),
        integer=True,
        min="1",
        max="99",
        unit=both("times", "مرات"),
        visible=STOPPED,
        constraint={
            "condition": {"question": "times", "op": "le", "value": "62"},
            "message": both(
                "That is more than twice a day. Count this month only.",
                "هذا أكثر من مرتين في اليوم. احسب هذا الشهر فقط.",
            ),
        },
    ),
    ask(
        "day",
        "date",
        both("When was the last time?", "متى كانت آخر مرة؟"),
        min=None,
        max="today",
        visible=STOPPED,
    ),
)

WHAT_YOU_SAW = step(
    "s2",
    both("What you saw", "ما رأيته"),
    {
        "id": "note",
        "type": "section",
        "label": both("Only the team opens this page", "يفتح الفريق وحده هذه الصفحة"),
        "hint": both("Do not write names of other people.", "لا تكتب أسماء أشخاص آخرين."),
        "visible": None,
    },
    ask(
        "story",
        "long_text",
        both("What happened on {road}?", "ماذا حدث على {road}؟"),
        sealed=True,
        required=True,
        max_length=2000,
    ),
    ask(
        "place",
        "short_text",
        both("Where?", "أين؟"),
        hint=both("A village or a crossroads.", "قرية أو مفترق طرق."),
        sealed=True,
        max_length=60,
    ),
    ask(
        "proof",
        "file",
        both("Do you have a photo or a paper?", "هل لديك صورة أو ورقة؟"),
        sealed=True,
        max_files=2,
    ),
)

HOW_YOU_SEE_IT = step(
    "s3",
    both("How you see it", "كيف تراه"),
    ask(
        "harm",
        "multiple_choice",
        both("What did it cost you?", "ماذا كلفك ذلك؟"),
        other=True,
        min=None,
        max=2,
        choices=choices(
            time=both("Time", "وقتا"), money=both("Money", "مالا"), goods=both("Goods", "بضائع")
        ),
    ),
    ask(
        "safe",
        "rating",
        both("How safe do you feel there?", "ما مدى شعورك بالأمان هناك؟"),
        scale=5,
        low=both("Not at all", "إطلاقا"),
        high=both("Very", "جدا"),
    ),
    ask(
        "agree",
        "likert",
        both("How do you see these?", "كيف ترى ما يلي؟"),
        rows=choices(
            polite=both("The guards are polite", "الحراس مهذبون"),
            clear=both("The rules are clear", "القواعد واضحة"),
        ),
        columns=choices(
            no=both("I disagree", "لا أوافق"),
            mid=both("In between", "بين بين"),
            yes=both("I agree", "أوافق"),
        ),
    ),
    ask(
        "first",
        "ranking",
        both("What should come first?", "ما الذي يجب أن يأتي أولا؟"),
        choices=choices(
            lights=both("Lights", "الإضاءة"),
            signs=both("Signs", "اللافتات"),
            talks=both("Talks with the guards", "الحديث مع الحراس"),
        ),
    ),
)

WHOLE: dict[str, Any] = {
    "format": 1,
    "languages": ["en", "ar"],
    "title": both("How safe is your road?", "ما مدى أمان طريقك؟"),
    "intro": both(
        "We want to know what happens at the checkpoints. It takes five minutes.",
        "نريد أن نعرف ما يحدث عند نقاط التفتيش. يستغرق ذلك خمس دقائق.",
    ),
    "thanks": both("Thank you. We read every answer.", "شكرا لك. نقرأ كل إجابة."),
    "steps": [THE_ROAD, WHAT_YOU_SAW, HOW_YOU_SEE_IT],
    "quotas": [],
}
