"""How every Django form comes out: the templates in templates/django/forms and the kit's classes.

Set as FORM_RENDERER, so `{{ form }}` needs nothing more: a label, its help, its error next to the
field, a summary of errors on top, and the ARIA that ties them together.
"""

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_SELECT = "django/forms/widgets/select.html"
_LONG = 100
CHOICE_WIDGETS = ("radio.html", "checkbox_select.html", "multiple_input.html")


class Renderer(TemplatesSetting):
    """Dresses widgets in the component kit's classes unless the widget brings its own."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        widget = context.get("widget")
        if widget is not None:
            widget = _dressed(widget, template_name)
            if template_name == _SELECT and len(widget["optgroups"]) > _LONG:
                return _long_select(widget)
            context = {**context, "widget": widget}
        return SafeString(super().render(template_name, context, request))


def _long_select(widget: dict[str, Any]) -> SafeString:
    """What Django's template makes of hundreds of options, without a template for each (0.2 s for 600)."""
    options = [option for _name, group, _index in widget["optgroups"] for option in group]
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        flatatt(widget["attrs"]),
        format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((one["value"], flatatt(one["attrs"]), one["label"]) for one in options),
        ),
    )


def _dressed(widget: dict[str, Any], template_name: str) -> dict[str, Any]:
    if template_name.endswith(CHOICE_WIDGETS):
        groups = [
            (name, [_dressed(option, option["template_name"]) for option in options], index)
            for name, options, index in widget["optgroups"]
        ]
        return {**widget, "optgroups": groups}
    attrs = dict(widget["attrs"])
    own = attrs.get("class", "")
    kind = _kit_class(widget, template_name)
    invalid = "is-invalid" if str(attrs.get("aria-invalid", "")).lower() == "true" else ""
    classes = " ".join(part for part in (own or kind, invalid) if part)
    if classes:
        attrs["class"] = classes
    dressed = {**widget, "attrs": attrs}
    if "subwidgets" in widget:
        dressed["subwidgets"] = [
            _dressed(part, part["template_name"]) for part in widget["subwidgets"]
        ]
    return dressed


def _kit_class(widget: dict[str, Any], template_name: str) -> str:
    kind = widget.get("type")
    if kind in ("checkbox", "radio"):
        return "form-check-input"
    if kind == "hidden":
        return ""
    if template_name.endswith("select.html"):
        return "form-select"
    return "form-control"
