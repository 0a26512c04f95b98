"""The small parts every page is made of: icons, badges, times, addresses of built files.

The catalogue with a snippet for each is in docs/interface.md. Nothing here asks the database.
"""

from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, Literal, cast

from django import template
from django.conf import settings
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.core.exceptions import DjangoViteAssetNotFoundError, DjangoViteManifestError

from comms.core.zones import zone_name

register = template.Library()

Tone = Literal["neutral", "busy", "good", "warn", "bad", "info"]

TONE_ICONS: dict[Tone, str] = {
    "neutral": "circle-dashed",
    "busy": "loader-2",
    "good": "circle-check",
    "warn": "alert-triangle",
    "bad": "circle-x",
    "info": "info-circle",
}


class UnknownIconError(LookupError):
    """Raised when a template names an icon that frontend/src/theme/icons.txt does not list."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"No icon is named {name!r}: add it to frontend/src/theme/icons.txt and build."
        )


@register.simple_tag
def asset(path: str) -> str:
    """Return the address of a built file, by its path under frontend/.

    Raises DjangoViteManifestError while the front end isn't built.
    """
    return str(DjangoViteAssetLoader.instance().generate_vite_asset_url(path))


@register.simple_tag
def asset_or_nothing(path: str) -> str:
    """Like `asset`, but empty when there is no build: an error page must come out whatever is wrong."""
    try:
        return asset(path)
    except (DjangoViteAssetNotFoundError, DjangoViteManifestError):
        return ""


@cache
def listed_icons() -> frozenset[str]:
    """Return the names that the sprite holds, or nothing where only the build is installed."""
    path = settings.BASE_DIR / "frontend" / "src" / "theme" / "icons.txt"
    if not path.exists():
        return frozenset()
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))


@register.simple_tag
def icon(name: str, label: str = "", size: Literal["", "sm", "lg"] = "") -> SafeString:
    """Draw an outline icon; without a label it is decoration, which a screen reader skips.

    Raises UnknownIconError for a name that the sprite doesn't hold. Without a build nothing is drawn.
    """
    known = listed_icons()
    if known and name not in known:
        raise UnknownIconError(name)
    href = f"{asset_or_nothing('src/theme/icons.svg')}#{name}"
    if not label:
        return _decoration(href, size)
    return _drawn(href, size, format_html('role="img" aria-label="{}"', label))


@lru_cache(maxsize=1024)
def _decoration(href: str, size: str) -> SafeString:
    """A list shows the same icon on every row. One with a label isn't kept: labels have no end."""
    return _drawn(href, size, mark_safe('aria-hidden="true"'))


def _drawn(href: str, size: str, means: SafeString) -> SafeString:
    classes = f"icon icon-{size}" if size else "icon"
    # Sized and drawn by attributes too: while the stylesheet is on its way, an icon is not a black square.
    return format_html(
        '<svg class="{}" width="20" height="20" fill="none" stroke="currentColor" {}>'
        '<use href="{}"></use></svg>',
        classes,
        means,
        href,
    )


@register.simple_tag
def badge(tone: Tone, label: str, icon_name: str = "") -> SafeString:
    """Show a state as a word with an icon: never by colour alone."""
    if tone not in TONE_ICONS:
        raise template.TemplateSyntaxError(
            f"A badge is one of {', '.join(TONE_ICONS)}, not {tone!r}."
        )
    return format_html(
        '<span class="state state-{}">{}<span>{}</span></span>',
        tone,
        icon(icon_name or TONE_ICONS[tone]),
        label,
    )


@register.simple_tag
def when(value: date | datetime | None, style: Literal["full", "date", "time"] = "full") -> str:
    """Show a moment in the reader's zone, with the zone named; a date without a time as it is."""
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), date_format(value, "j M Y")
        )
    local = timezone.localtime(value)
    zone = zone_name(local)
    if style == "date":
        text = date_format(local, "j M Y")
    elif style == "time":
        text = f"{date_format(local, 'H:i')} {zone}"
    else:
        text = f"{date_format(local, 'DATETIME_FORMAT')} {zone}"
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


@register.filter
def initials(name: str) -> str:
    """Return one or two letters for a crest or an avatar; a question mark for a nameless one."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    letters = [words[0][0]] + ([words[-1][0]] if len(words) > 1 else [])
    return "".join(letters).upper()


@register.filter
def percent_of(done: int, total: int) -> int:
    """Return whole percent, 0 to 100, rounded down so that only all of it is 100."""
    return 0 if total <= 0 else max(0, min(100, done * 100 // total))


@register.simple_tag(takes_context=True)
def repeat_block(context: Context, name: str) -> SafeString:
    """Render a template block a second time: the page's title is also its first heading."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    node = blocks.get_block(name) if blocks is not None else None
    return cast(SafeString, node.render(context)) if node is not None else mark_safe("")


@register.simple_tag
def words(element_id: str, **texts: str) -> SafeString:
    """Leave translated words for a script; `words(id, names)` of pages/shell/words reads them."""
    return json_script({name: str(text) for name, text in texts.items()}, element_id)


class EmptyStateNode(template.Node):
    """`{% empty icon title %}what to do{% endempty %}`: an empty list that teaches."""

    def __init__(self, icon_name: Any, title: Any, nodelist: NodeList) -> None:
        self.icon_name = icon_name
        self.title = title
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        return format_html(
            '<div class="blank">{}<h2 class="blank-title">{}</h2><div class="blank-text">{}</div></div>',
            icon(self.icon_name.resolve(context), size="lg"),
            self.title.resolve(context),
            self.nodelist.render(context),
        )


@register.tag
def empty_state(parser: Parser, token: Token) -> EmptyStateNode:
    """Parse `{% empty_state "icon" title %}…{% endempty_state %}`."""
    parts = token.split_contents()
    if len(parts) != 3:
        raise template.TemplateSyntaxError("empty_state takes an icon and a title.")
    nodelist = parser.parse(("endempty_state",))
    parser.delete_first_token()
    return EmptyStateNode(
        parser.compile_filter(parts[1]), parser.compile_filter(parts[2]), nodelist
    )


@register.simple_tag
def language_name(code: str) -> str:
    """Return a language's name in the reader's language, or its code when it has none."""
    return _language_name(code, get_language() or "en") or code or _("unknown")


@lru_cache(maxsize=4096)
def _language_name(code: str, reader: str) -> str:
    # Only these pages need it, and it takes a tenth of a second to load.
    from babel import Locale, UnknownLocaleError

    try:
        language = Locale.parse(code.replace("-", "_"))
        name = language.get_display_name(Locale.parse(reader.replace("-", "_")))
        return name or language.get_display_name("en") or ""
    except (UnknownLocaleError, ValueError):
        return ""
