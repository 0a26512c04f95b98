"""The frame of a mail: the workspace's name above, why and how to stop below, styles inlined."""

from __future__ import annotations

import css_inline
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from comms.content.rendering.languages import Direction, foot_of
from comms.directory.facts.languages import direction_of

# As wide as a phone, at most 600 pixels. Outlook for Windows lays mails out with Word, which knows no such
# limit: hence the attributes beside styles, and the fixed table that only it sees.
_INLINER = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False)


def html_mail(
    content: str, *, language: str, direction: Direction, workspace_name: str, stop_link: str
) -> str:
    """A whole HTML document around sanitised `content`; `stop_link` becomes a link's address."""
    foot = foot_of(language)
    page = render_to_string(
        "content/mail/frame.html",
        {
            "content": mark_safe(content),  # noqa: S308 - sanitised by markdown.to_html
            "language": language,
            "direction": direction,
            "start": "right" if direction == "rtl" else "left",
            "workspace_name": workspace_name,
            "foot": foot,
            "foot_direction": direction_of(foot.language),
            "foot_start": "right" if direction_of(foot.language) == "rtl" else "left",
            "stop_link": stop_link,
        },
    )
    return _INLINER.inline(page)


def text_mail(content: str, *, language: str, workspace_name: str, stop_link: str) -> str:
    """The same around the plain text."""
    foot = foot_of(language)
    return f"{workspace_name}\n\n{content}-- \n{foot.sent_by} {workspace_name}\n{foot.stop}: {stop_link}\n"
