"""The small parts of every page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import timezone, translation

from comms.core.templatetags import ui


def render(source: str, **values: object) -> str:
    """The text of a template that loads the library."""
    return Template("{% load ui i18n %}" + source).render(Context(values))


def test_icon_is_decoration_without_a_label() -> None:
    drawing = render('{% icon "send" %}')
    assert 'aria-hidden="true"' in drawing
    assert "#send" in drawing


def test_icon_with_a_label_is_an_image_and_escapes_it() -> None:
    drawing = render('{% icon "x" label=label %}', label='Close "it"')
    assert 'role="img"' in drawing
    assert "&quot;it&quot;" in drawing


def test_refuses_an_icon_that_the_sprite_lacks() -> None:
    with pytest.raises(ui.UnknownIconError, match=r"icons\.txt"):
        render('{% icon "no-such-icon" %}')


@pytest.mark.parametrize("language", ["en", "ar"])
def test_large_numbers_are_grouped_and_values_for_scripts_are_not(language: str) -> None:
    with translation.override(language):
        assert render("{{ count }}", count=12000) == "12,000"
        assert render("{{ share|floatformat:1 }}", share=0.5) == "0.5"
        meter = render('{% include "_progress.html" with label="x" done=1500 total=12000 %}')
    assert "1,500" in meter
    assert 'value="1500" max="12000"' in meter


def test_badge_says_its_state_in_words() -> None:
    assert "<span>Sent &lt;b&gt;</span>" in render('{% badge "good" label %}', label="Sent <b>")


def test_refuses_a_badge_of_an_unknown_tone() -> None:
    with pytest.raises(TemplateSyntaxError, match="purple"):
        render('{% badge "purple" "Sent" %}')


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Amman", "UTC+3"),
        ("America/Sao_Paulo", "UTC-3"),
        ("Asia/Kathmandu", "UTC+5:45"),
        ("Europe/Zurich", "CEST"),
    ],
)
def test_a_zone_without_a_name_is_said_by_its_distance(zone: str, said: str) -> None:
    """A bare "+03" says nothing to most readers, and turns round in Arabic."""
    moment = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo(zone)):
        assert f" {said}<" in render("{% when moment %}", moment=moment)


def test_an_arabic_moment_has_an_arabic_comma() -> None:
    moment = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    with translation.override("ar"):
        assert "2026، 09:30" in render("{% when moment %}", moment=moment)


def test_time_is_in_the_readers_zone_and_names_it() -> None:
    moment = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    with timezone.override(ZoneInfo("Europe/Zurich")):
        assert "2 Jul 2026, 00:30 CEST" in render("{% when moment %}", moment=moment)
        assert ">2 Jul 2026<" in render('{% when moment "date" %}', moment=moment)
        assert ">00:30 CEST<" in render('{% when moment "time" %}', moment=moment)


def test_a_day_stays_the_day_it_is_and_nothing_stays_nothing() -> None:
    assert ">1 Jul 2026<" in render("{% when day %}", day=date(2026, 7, 1))
    assert render("{% when day %}", day=None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amina Haddad", "AH"),
        ("Mission to the Three Rivers", "MR"),
        ("ada@example.org", "AE"),
        ("بعثة السلام", "با"),
        ("(…)", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


@pytest.mark.parametrize(
    ("done", "total", "percent"), [(0, 0, 0), (1, 3, 33), (999, 1000, 99), (5, 5, 100), (7, 5, 100)]
)
def test_percent_is_a_hundred_only_at_the_end(done: int, total: int, percent: int) -> None:
    assert ui.percent_of(done, total) == percent


def test_words_are_left_as_data_not_as_script() -> None:
    left = render('{% words "list" sent=text %}', text="</script><b>")
    assert left.count("</script>") == 1
    assert 'type="application/json"' in left


def test_language_is_named_in_the_readers_language() -> None:
    assert render('{% language_name "fr" %}') == "French"
    with translation.override("ar"):
        assert render('{% language_name "fr" %}') == "الفرنسية"
    assert render('{% language_name "zz-nowhere" %}') == "zz-nowhere"


def test_empty_state_teaches() -> None:
    page = render(
        '{% empty_state "inbox" title %}<p>Do this.</p>{% endempty_state %}', title="<None>"
    )
    assert "&lt;None&gt;" in page
    assert "<p>Do this.</p>" in page


def test_title_is_also_the_first_heading() -> None:
    page = Template('{% extends "plain.html" %}{% block title %}{{ name }}{% endblock %}').render(
        Context({"name": "A & B"})
    )
    assert "<title>A &amp; B" in page
    assert "<h1>A &amp; B</h1>" in page
