"""The pages of the mail catcher: for whoever sits at this machine while developing or trying it out.

Mails hold links that sign people in, so the pages answer only to this machine's own browsers.
"""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, overload

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from comms.stack.mailbox import CaughtMail, MailFolder

PAGE_SIZE = 20
LONGEST_SEARCH = 200
HTML_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""What a mail's HTML may do: look like itself, and open links elsewhere."""

_View = Callable[..., HttpResponse]


def only_this_machine(view: _View) -> _View:
    """Answer "not found" to any other machine, directly or through a proxy."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        forwarded = {"Forwarded", "X-Forwarded-For", "X-Real-IP"} & set(request.headers)
        if settings.MAIL_CATCHER_DIR is None or forwarded or not _is_loopback(request):
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@only_this_machine
def mails(request: HttpRequest) -> HttpResponse:
    """The caught mails, newest first; ``?to=`` chooses by recipient."""
    recipient = request.GET.get("to", "")[:LONGEST_SEARCH].strip()
    paginator = Paginator(_Newest(_folder(), recipient), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    rows = [{"mail": mail, "subject": _parsed(mail).get("Subject", "")} for mail in page]
    return render(request, "stack/mails.html", {"page": page, "rows": rows, "recipient": recipient})


@require_GET
@only_this_machine
def mail(request: HttpRequest, mail_id: str) -> HttpResponse:
    """One mail: envelope, headers, text, and its HTML in a frame that can run nothing."""
    caught = _get(mail_id)
    message = _parsed(caught)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return render(
        request,
        "stack/mail.html",
        {
            "mail": caught,
            "subject": message.get("Subject", ""),
            "headers": [(name, str(value)) for name, value in message.items()],
            "text": _content(text),
            "has_html": html is not None,
        },
    )


@require_GET
@only_this_machine
@xframe_options_sameorigin
def mail_html(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The HTML part alone, under a policy that allows no script, no form and no request."""
    html = _parsed(_get(mail_id)).get_body(("html",))
    if html is None:
        raise Http404
    response = HttpResponse('<base target="_blank">' + _content(html))
    response["Content-Security-Policy"] = HTML_POLICY
    return response


@require_GET
@only_this_machine
def mail_source(request: HttpRequest, mail_id: str) -> HttpResponse:
    """The mail's exact bytes, as a file that mail programs open."""
    caught = _get(mail_id)
    response = HttpResponse(caught.content, content_type="message/rfc822")
    response["Content-Disposition"] = f'attachment; filename="mail-{caught.id}.eml"'
    return response


class _Newest(Sequence[CaughtMail]):
    """The mails as Django's paginator wants them."""

    def __init__(self, folder: MailFolder, recipient: str) -> None:
        self._folder = folder
        self._recipient = recipient

    def __len__(self) -> int:
        return self._folder.count(self._recipient)

    @overload
    def __getitem__(self, place: int) -> CaughtMail: ...
    @overload
    def __getitem__(self, place: slice) -> list[CaughtMail]: ...
    def __getitem__(self, place: int | slice) -> CaughtMail | list[CaughtMail]:
        if isinstance(place, int):
            return self._folder.newest(skip=place, count=1, recipient=self._recipient)[0]
        return self._folder.newest(
            skip=place.start, count=place.stop - place.start, recipient=self._recipient
        )


@functools.cache
def _opened(path: str) -> MailFolder:
    # Kept, so that each request only looks at what is new.
    return MailFolder(Path(path))


def _folder() -> MailFolder:
    return _opened(str(settings.MAIL_CATCHER_DIR))


def _get(mail_id: str) -> CaughtMail:
    caught = _folder().get(mail_id)
    if caught is None:
        raise Http404
    return caught


def _parsed(caught: CaughtMail) -> EmailMessage:
    message = message_from_bytes(caught.content, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - what this policy makes
    return message


def _content(part: Any) -> str:
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # A charset that nobody knows, or bytes that aren't in it.
        return str(part.get_payload(decode=True).decode("utf-8", errors="replace"))


def _is_loopback(request: HttpRequest) -> bool:
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
