"""Routes of the mail catcher: whoever sits at this machine, signed in or not (the tests do)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings

from comms.stack.mailbox import MailFolder, MailWriter
from tests.permissions.rows import Cast, Row, nothing


def a_mail(_cast: Cast) -> dict[str, Any]:
    """One caught mail with an HTML part."""
    assert settings.MAIL_CATCHER_DIR is not None
    folder = Path(settings.MAIL_CATCHER_DIR)
    writer = MailWriter(folder)
    writer.append(
        "a@example.org", ["b@example.org"], b"Content-Type: text/html\r\n\r\n<p>Hello</p>\r\n"
    )
    writer.flush()
    writer.close()
    return {"mail_id": MailFolder(folder).newest(skip=0, count=1)[0].id}


ROWS = [
    Row("stack:mails", arguments=nothing, everyone=200),
    Row("stack:mail", arguments=a_mail, everyone=200),
    Row("stack:mail_html", arguments=a_mail, everyone=200),
    Row("stack:mail_source", arguments=a_mail, everyone=200),
]
