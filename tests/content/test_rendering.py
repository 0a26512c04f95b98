"""What a recipient gets, and what a text may not do."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError

from comms.content.rendering import (
    FrozenVariant,
    MissingVariableError,
    Recipient,
    RenderError,
    TemplateError,
    compile_variant,
)
from comms.content.rendering.pieces import sandbox

AMAL = Recipient(
    name="Amal Haddad",
    address="amal@example.org",
    unsubscribe_link="https://talks.example/u/abc?x=1&y=2",
    role="Head of mission",
    country="IE",
    region="EUROPE",
    kind="mission",
)


def english(body: str, subject: str = "News") -> FrozenVariant:
    return FrozenVariant(subject, body, "en", "ltr", "Mission to the Talks")


class Elements(HTMLParser):
    """The elements and their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def test_renders_subject_html_and_text() -> None:
    variant = compile_variant(
        english(
            "# Talks\n\nDear **{{ name }}** of {{ country }},\n\n- one\n- two", "For {{ name }}"
        )
    )
    mail = variant.render(AMAL)
    assert mail.subject == "For Amal Haddad"
    assert "<strong" in mail.html
    assert "<bdi>Amal Haddad</bdi>" in mail.html
    assert "Dear Amal Haddad of Ireland,\n\n- one\n- two\n" in mail.text
    assert not variant.has_conditions


def test_leaves_what_only_looks_like_a_marker_as_it_was_written() -> None:
    like = "mk0123456789abcdefn0e"
    body = f"{like}{{{{ name }}}}{like} https://{like}.invalid/\n\n[Read](https://{like}.invalid/)"
    mail = compile_variant(english(body, f"{like} {{{{ name }}}}")).render(AMAL)
    assert mail.subject == f"{like} Amal Haddad"
    assert f"{like}Amal Haddad{like} https://{like}.invalid/\n" in mail.text
    assert f"{like}<bdi>Amal Haddad</bdi>{like} https://{like}.invalid/" in mail.html
    assert Elements(mail.html).of("a")[0]["href"] == f"https://{like}.invalid/"


def test_every_mail_says_who_sent_it_and_how_to_stop() -> None:
    mail = compile_variant(english("Hello")).render(AMAL)
    assert AMAL.unsubscribe_link in mail.text
    assert Elements(mail.html).of("a")[-1]["href"] == AMAL.unsubscribe_link
    assert mail.text.startswith("Mission to the Talks\n")
    assert "Mission to the Talks" in mail.html


def test_right_to_left_text_is_laid_out_right_to_left() -> None:
    variant = FrozenVariant("أخبار", "السيد {{ name }} من {{ country }}", "ar", "rtl", "Mission")
    mail = compile_variant(variant).render(AMAL)
    elements = Elements(mail.html)
    assert elements.of("html") == [{"lang": "ar", "dir": "rtl"}]
    assert any(
        cell["dir"] == "rtl" and cell["align"] == "right"
        for cell in elements.of("td")
        if "dir" in cell
    )
    assert "أيرلندا" in mail.text
    assert "إيقاف" in mail.text


def test_styles_are_inlined_and_nothing_is_loaded() -> None:
    mail = compile_variant(english("Hello\n\n> quoted")).render(AMAL)
    elements = Elements(mail.html)
    assert not elements.of("style")
    assert not elements.of("img")
    assert not elements.of("link")
    assert all("style" in attributes for attributes in elements.of("p"))


def test_conditions_choose_by_recipient() -> None:
    variant = compile_variant(
        english(
            '{% if country_code == "IE" %}\nDublin\n{% elif kind in ["person", "media"] %}\nPress\n'
            "{% else %}\nOther\n{% endif %}\n\nEnd {% if role %}({{ role }}){% endif %}"
        )
    )
    assert variant.has_conditions
    assert "\n\nDublin\n\nEnd (Head of mission)\n" in variant.render(AMAL).text
    press = replace(AMAL, country="FR", kind="media", role="")
    assert "\n\nPress\n\nEnd \n" in variant.render(press).text
    assert "Dublin" not in variant.render(press).html
    assert "Other" in variant.render(replace(press, kind="community")).html


@pytest.mark.parametrize(
    "body",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ name.__init__.__globals__ }}",
        "{{ name['__class__'] }}",
        "{{ name|attr('__class__') }}",
        "{{ self }}",
        "{{ config }}",
        "{{ range(1000000000) }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__ }}",
        "{{ 'a' * 1000000000 }}",
        "{{ name ~ name }}",
        "{{ 1 + 1 }}",
        "{% for x in name %}{{ x }}{% endfor %}",
        "{% set x = name %}",
        "{% include 'frame.html' %}",
        "{% import 'x' as y %}",
        "{% macro f() %}{% endmacro %}",
        "{% call f() %}{% endcall %}",
        "{% filter upper %}x{% endfilter %}",
        "{% if name.__class__ %}x{% endif %}",
        "{% if name() %}x{% endif %}",
        "{% if name is defined %}x{% endif %}",
        "{% if 1 == 1 %}x{% endif %}",
        "{% if name > 'a' %}x{% endif %}",
        "{% if ('a' * 99999999) == name %}x{% endif %}",
        "{% if 'a' in name %}x{% endif %}",
        "{{ unknown }}",
        "{{ kind }}",
        "{{ name",
        "{% if name %}no end",
        "{% if " + "(" * 5000 + " %}",
        "{% if name %}" * 6 + "{% endif %}" * 6,
        "{{ name }}" * 201,
        "a\x00b",
    ],
)
def test_refuses_what_is_not_in_the_grammar(body: str) -> None:
    for text in (english(body), english("Hello", subject=body)):
        with pytest.raises(TemplateError) as refusal:
            compile_variant(text)
        assert refusal.value.field in {"subject", "body"}
        assert refusal.value.message.strip().endswith((".", "]", "'", "”", '"'))


def test_the_sandbox_itself_refuses_too() -> None:
    """Were the grammar ever widened by mistake, the second fence still stands."""
    for evil in ("{{ ''.__class__.__mro__ }}", "{{ ().__class__.__bases__[0].__subclasses__() }}"):
        with pytest.raises(SecurityError):
            sandbox(autoescape=True).from_string(evil).render()


def test_errors_name_the_line() -> None:
    with pytest.raises(TemplateError) as refusal:
        compile_variant(english("One\n\nTwo\n\n{{ nothing }}"))
    assert refusal.value.line == 5
    assert "nothing" in refusal.value.message


@pytest.mark.parametrize(
    "body",
    [
        "[link](javascript:alert(1))",
        "[link](JaVaScRiPt:alert(1))",
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![picture](https://tracker.example/p.gif)",
        "<a href='https://x' onclick='x()'>y</a>",
        "<style>*{display:none}</style>",
        "```html\n<script>alert(1)</script>\n```",
    ],
)
def test_html_is_shown_and_never_run(body: str) -> None:
    mail = compile_variant(english(body)).render(AMAL)
    elements = Elements(mail.html)
    for tag in ("script", "img", "style", "iframe", "object"):
        assert not elements.of(tag)
    assert not [
        link for link in elements.of("a") if not (link["href"] or "").startswith("https://")
    ]
    assert not [
        attributes
        for _tag, attributes in elements.found
        if any(key.startswith("on") for key in attributes)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "[a]({{ name }})",
        "[a](https://example.org/{{ name }})",
        "[a](https://example.org/?c={{ country_code }})",
        "[a](relative)",
        "[a](//example.org)",
        "[a](https://example.org '{{ name }}')",
        "[a](data:text/html,x 'y')\n\n[b]: {{ name }}\n\n[c][b]",
        "```{{ name }}\nx\n```",
    ],
)
def test_refuses_values_where_they_could_do_harm(body: str) -> None:
    with pytest.raises(TemplateError):
        compile_variant(english(body))


@pytest.mark.parametrize(
    "body",
    [
        "**{% if name %}bold** not{% endif %}",
        "- a {% if name %}\n- b{% endif %}",
        "{% if name %}> quote\n\npara{% endif %}",
        "# {% if name %}head\n\nbody{% endif %}",
    ],
)
def test_refuses_a_condition_that_tears_an_element(body: str) -> None:
    with pytest.raises(TemplateError):
        compile_variant(english(body))


def test_links_to_full_addresses_and_the_stop_link_work() -> None:
    mail = compile_variant(
        english(
            "[site](https://example.org/?a=1&b=2), [stop]({{ unsubscribe_link }}), <a@b.example>"
        )
    ).render(AMAL)
    addresses = [link["href"] for link in Elements(mail.html).of("a")]
    assert addresses[:3] == [
        "https://example.org/?a=1&b=2",
        AMAL.unsubscribe_link,
        "mailto:a@b.example",
    ]
    assert (
        f"site (https://example.org/?a=1&b=2), stop ({AMAL.unsubscribe_link}), a@b.example"
        in mail.text
    )


def test_a_hostile_name_stays_a_name() -> None:
    hostile = replace(
        AMAL,
        name="<script>x</script>{{ role }}{% if %}\r\nBcc: all@example.org\u202egro.elpmaxe",
    )
    variant = compile_variant(english("Dear {{ name }}", "To {{ name }}"))
    for mail in (
        variant.render(hostile),
        compile_variant(english("{% if role %}Dear {{ name }}{% endif %}", "To {{ name }}")).render(
            hostile
        ),
    ):
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject
        assert "\u202e" not in mail.subject + mail.html + mail.text
        assert not Elements(mail.html).of("script")
        assert "{{ role }}" in mail.text
        assert "\nBcc" not in mail.text


def test_names_the_recipient_and_the_missing_variable() -> None:
    variant = compile_variant(english("Dear {{ name }}, {{ role }} of {{ country }}"))
    poor = replace(AMAL, role="", country="")
    assert variant.missing(AMAL) == ()
    assert variant.missing(poor) == ("role", "country")
    with pytest.raises(MissingVariableError) as refusal:
        variant.render(poor)
    assert refusal.value.variable == "role"
    assert "amal@example.org" in refusal.value.message


def test_a_missing_variable_counts_only_where_it_is_shown() -> None:
    variant = compile_variant(english("{% if role %}{{ role }}{% else %}{{ country }}{% endif %}"))
    assert variant.missing(replace(AMAL, role="")) == ()
    assert variant.missing(replace(AMAL, role="", country="")) == ("country",)
    with pytest.raises(MissingVariableError):
        variant.render(replace(AMAL, role="", country=""))


def test_refuses_an_empty_subject() -> None:
    variant = compile_variant(english("Hello", "{% if role %}x{% endif %}"))
    assert variant.missing(replace(AMAL, role="")) == ("subject",)
    with pytest.raises(RenderError):
        variant.render(replace(AMAL, role=""))


@pytest.mark.parametrize("field", ["subject", "body"])
def test_refuses_empty_and_too_long(field: str) -> None:
    for value in (" \n ", "x" * 20_001):
        with pytest.raises(TemplateError) as refusal:
            compile_variant(replace(english("Hello"), **{field: value}))  # type: ignore[arg-type]  # mypy takes the dict for every field
        assert refusal.value.field == field


def test_refuses_a_mail_that_mail_programs_would_cut() -> None:
    with pytest.raises(TemplateError):
        compile_variant(english("- a\n" * 3000))


@pytest.mark.parametrize(
    "body", ["[" * 20_000, "*a " * 6_000, "> " * 10_000, "`" * 9_999, "<" * 20_000, "![[" * 6_000]
)
def test_hostile_markdown_ends(body: str) -> None:
    started = time.process_time()
    with contextlib.suppress(TemplateError):
        compile_variant(english(body))
    assert time.process_time() - started < 5


def _dense(text: str) -> str:
    """Without white space: a condition's tags stand on lines of their own."""
    return "".join(text.split())


_words = st.text(
    alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="{}%#\x00"),
    max_size=60,
)
_recipients = st.builds(
    Recipient,
    name=st.text(min_size=1, max_size=80).filter(lambda value: bool(value.strip())),
    address=st.just("a@example.org"),
    unsubscribe_link=st.just("https://talks.example/u/1?a=1&b=2"),
    role=st.text(max_size=40),
    country=st.sampled_from(["IE", "EG", "FR", ""]),
    region=st.text(max_size=20),
    kind=st.sampled_from(["mission", "person"]),
)


@given(before=_words, between=_words, after=_words, recipient=_recipients)
def test_both_ways_of_rendering_agree(
    before: str, between: str, after: str, recipient: Recipient
) -> None:
    """A condition that is always met sends the same text through Jinja2 as without it through pieces."""
    plain = f"x{before}{{{{ name }}}}{between}{{{{ country }}}}{after}x"
    subject = "{% if name or not name %}S {{ name }}{% endif %}"
    try:
        flat = compile_variant(english(plain, "S {{ name }}"))
    except TemplateError:
        return
    conditional = compile_variant(
        english('{% if kind != "none" %}\n' + plain + "\n{% endif %}", subject)
    )
    assert not flat.has_conditions
    assert conditional.has_conditions
    assert conditional.missing(recipient) == flat.missing(recipient)[:1]
    if flat.missing(recipient):
        return
    expected, got = flat.render(recipient), conditional.render(recipient)
    assert _dense(got.html) == _dense(expected.html)
    assert _dense(got.text) == _dense(expected.text)
    assert _dense(got.subject) == _dense(expected.subject)


@given(source=st.text(max_size=300))
def test_any_text_compiles_or_is_refused(source: str) -> None:
    """Never another error, and never a marker left in a mail."""
    try:
        mail = compile_variant(english(source, source[:200])).render(AMAL)
    except (TemplateError, RenderError):
        return
    assert ".invalid/" not in mail.html.replace(source, "")
    assert "\n" not in mail.subject
