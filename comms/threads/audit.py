"""What the acts on threads are called in the audit trail. What is in them, nobody here knows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "threads.opened": _("opened a thread"),
    "threads.opened_form": _("made the keys of a form"),
    "threads.published_epoch": _("changed the key of a thread (epoch %(number)s)"),
    "threads.left": _("left a thread"),
    "threads.put_out": _("took somebody who is no member any more out of a thread"),
    "threads.granted_history": _("let a member of a thread read earlier messages"),
    "threads.made_guest_link": _("made a link for a guest of a thread"),
    "threads.guest_came_in": _("opened a guest's link to a thread"),
    "threads.closed_guest_link": _("closed a guest's link after too many wrong tries"),
}

SUBJECTS = {"thread": (_("thread"), "threads:thread")}
