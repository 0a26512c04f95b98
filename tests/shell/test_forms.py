"""`{{ form }}` comes out with label, help and error tied to the field, in the kit's dress."""

from __future__ import annotations

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy


class Letter(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Name", help_text="Only your team sees it.")
    reply = forms.EmailField(label="Reply to", required=False)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "Statement"), ("b", "Invitation")])
    body = forms.CharField(label="Text", widget=forms.Textarea)
    who = forms.MultipleChoiceField(
        label="Who",
        choices=[("1", "Embassies"), ("2", "NGOs")],
        widget=forms.CheckboxSelectMultiple,
    )
    basis = forms.ChoiceField(label="Basis", choices=[("c", "Consent")], widget=forms.RadioSelect)
    sure = forms.BooleanField(label="I am sure", help_text="It can't be called back.")
    file = forms.FileField(label="File", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label="Code", widget=forms.TextInput(attrs={"class": "code-big"}))


def tag(page: str, field: str) -> str:
    """The opening tag of a field."""
    found = re.search(rf'<(?:input|select|textarea)[^>]*name="{field}"[^>]*>', page)
    assert found, field
    return found.group(0)


def test_fields_wear_the_kit_and_keep_a_class_of_their_own() -> None:
    page = str(Letter())
    assert 'class="form-control"' in tag(page, "name")
    assert 'class="form-control"' in tag(page, "body")
    assert 'class="form-control"' in tag(page, "file")
    assert 'class="form-select"' in tag(page, "kind")
    assert 'class="form-check-input"' in tag(page, "who")
    assert 'class="form-check-input"' in tag(page, "basis")
    assert 'class="form-check-input"' in tag(page, "sure")
    assert "class=" not in tag(page, "token")
    assert 'class="code-big"' in tag(page, "code")


def test_a_choice_that_is_none_is_said_plainly() -> None:
    """Whatever came in isn't repeated: it may be an id, or what a stranger put into a link."""
    letter = Letter({"kind": "<x>", "who": ["9"], "basis": "z"})
    for field in ("kind", "who", "basis"):
        assert letter.errors[field] == ["This is not in the list, or not any more. Choose again."]


def test_help_and_label_belong_to_their_field() -> None:
    page = str(Letter())
    assert '<label class="form-label" for="id_name">Name</label>' in page
    assert 'id="id_name_helptext">Only your team sees it.' in page
    assert 'aria-describedby="id_name_helptext"' in tag(page, "name")
    assert "(optional)" in page.split("Reply to")[1][:60]


def test_groups_of_choices_have_a_legend() -> None:
    page = str(Letter())
    assert page.count("<legend") == 2
    assert '<label class="form-check-label" for="id_who_0">Embassies</label>' in page


def test_error_stands_at_its_field_and_in_the_summary() -> None:
    page = str(Letter({"name": "", "reply": "nobody", "kind": "a"}))
    assert 'role="alert"' in page
    assert '<a href="#id_reply">Reply to: Enter a valid email address.</a>' in page
    assert 'aria-invalid="true"' in tag(page, "reply")
    assert 'aria-describedby="id_reply_error"' in tag(page, "reply")
    assert 'id="id_reply_error"' in page
    assert 'class="form-control is-invalid"' in tag(page, "reply")
    assert 'value="nobody"' in tag(page, "reply")


def test_summary_leads_to_a_group_of_choices() -> None:
    page = str(Letter({"name": "x"}))
    target = re.search(r'<a href="#([^"]+)">Who:', page)
    assert target
    assert f'id="{target.group(1)}"' in page


def test_error_of_the_whole_form_and_of_a_hidden_field_are_shown() -> None:
    form = Letter({"name": "x"})
    form.full_clean()
    form.add_error(None, "Both can't be <true>.")
    form.add_error("token", "This page is too old.")
    page = str(form)
    assert "Both can&#x27;t be &lt;true&gt;." in page
    assert "This page is too old." in page


def test_a_form_without_errors_has_no_summary() -> None:
    assert "summary" not in str(Letter())


class Choices(forms.Form):
    """Every kind of list to choose from, with what must be escaped."""

    options = [("", "—"), (1, "<One> & 'two'"), ('"a"', mark_safe("<i>kept</i>"))]
    grouped = [("<Near> & dear", options), ("Far", [("z", gettext_lazy("Kind"))])]

    plain = forms.ChoiceField(choices=options, initial=1, help_text="Yours.")
    groups = forms.ChoiceField(choices=grouped, initial="z", disabled=True)
    several = forms.MultipleChoiceField(choices=options, initial=[1, '"a"'])
    perhaps = forms.NullBooleanField(initial=True)
    boxes = forms.MultipleChoiceField(
        choices=grouped, initial=['"a"'], widget=forms.CheckboxSelectMultiple
    )
    one_of = forms.ChoiceField(choices=options, initial=1, widget=forms.RadioSelect)


@pytest.mark.parametrize("name", ["plain", "groups", "several", "perhaps"])
def test_a_select_is_what_djangos_template_makes_of_it(name: str) -> None:
    """It is written without a template for each option; nothing but the kit's class may differ."""
    ours = str(Choices()[name]).replace(' class="form-select"', "", 1)
    theirs = str(Choices(renderer=DjangoTemplates())[name])
    assert parse_html(ours) == parse_html(theirs)
    assert "<One>" not in ours


@pytest.mark.parametrize(("name", "kind"), [("boxes", "checkbox"), ("one_of", "radio")])
def test_the_boxes_of_a_group_are_what_djangos_template_makes_of_them(name: str, kind: str) -> None:
    box = re.compile(rf'<input type="{kind}"[^>]*>')
    ours = [each.replace(' class="form-check-input"', "") for each in box.findall(_drawn(name))]
    theirs = box.findall(str(Choices(renderer=DjangoTemplates())[name]))
    assert len(ours) >= 3
    assert [parse_html(each) for each in ours] == [parse_html(each) for each in theirs]


def _drawn(name: str) -> str:
    return str(Choices()[name])
