"""`{{ form }}` comes out with label, help and error tied to the field, in the kit's dress."""

from __future__ import annotations

import re

from django import forms


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


def test_a_long_select_comes_out_as_a_short_one() -> None:
    """Hundreds of options are written without a template for each; nothing else may differ."""
    choices = [(f"zone/{number}", f"<Zone> & {number}") for number in range(300)]

    def select_of(length: int) -> str:
        class Zones(forms.Form):
            zone = forms.ChoiceField(choices=choices[:length], help_text="Yours.")

        return str(Zones({"zone": "zone/1"})["zone"])

    short, long = select_of(90), select_of(300)
    words = re.compile(r"<option.*?</option>|<select[^>]*>")
    # The order of a tag's attributes means nothing.
    in_long, in_short = (
        [sorted(each.strip("<>").split()) for each in words.findall(drawn)]
        for drawn in (long, short)
    )
    assert in_long[:91] == in_short
    assert '<option value="zone/1" selected>&lt;Zone&gt; &amp; 1</option>' in long
    assert long.count("<option") == 300
