"""What the shell around every page needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comms.accounts import selectors
from comms.accounts.models import User, Workspace
from comms.core.actors import Role


@dataclass(frozen=True)
class NavItem:
    """One entry of the navigation. `key` is the namespace of the app it opens."""

    key: str
    label: str | Promise
    icon: str
    route: str
    roles: frozenset[Role] = frozenset()
    url: str = ""
    active: bool = False


_NAVIGATION = (
    NavItem("insights", _("Today"), "sun", "insights:today"),
    NavItem("threads", _("Threads"), "messages", "threads:list"),
    NavItem("directory", _("Directory"), "address-book", "directory:list"),
    NavItem("content", _("Content"), "file-text", "content:list"),
    NavItem("campaigns", _("Campaigns"), "send", "campaigns:list"),
    NavItem(
        "feedback",
        _("Feedback"),
        "inbox",
        "feedback:inbox",
        frozenset({Role.ADMIN, Role.EDITOR, Role.DIPLOMAT, Role.ANALYST}),
    ),
    NavItem(
        "ledger",
        _("Audit trail"),
        "list-check",
        "ledger:list",
        frozenset({Role.ADMIN, Role.ANALYST}),
    ),
    NavItem("accounts", _("Settings"), "settings", "accounts:settings"),
)


@dataclass
class Shell:
    """The frame of a page. Everything is lazy: a page that shows no frame asks nothing."""

    request: HttpRequest
    language: str = field(default_factory=lambda: translation.get_language() or "en")

    @property
    def workspace(self) -> Workspace | None:
        """The workspace of the address, or None outside one."""
        return getattr(self.request, "workspace", None)

    @cached_property
    def person(self) -> User | None:
        """Who is signed in."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def workspaces(self) -> list[Workspace]:
        """Where else the person may go."""
        if self.person is None:
            return []
        found: list[Workspace] | None = getattr(self.request, "workspaces", None)
        return selectors.list_workspaces_of(self.person.id) if found is None else found

    @property
    def roles(self) -> frozenset[Role]:
        """The person's roles here."""
        actor = getattr(self.request, "actor", None)
        return actor.roles if actor else frozenset()

    @property
    def idle_minutes(self) -> int:
        """After how many minutes without a touch this browser locks; 0 for visitors."""
        return int(getattr(self.request, "idle_minutes", 0))

    @property
    def hold(self) -> str | None:
        """Why nothing goes out at the moment, or None."""
        return (self.workspace.hold_reason or None) if self.workspace else None

    @property
    def theme(self) -> str:
        """`auto`, `light` or `dark`; before sign-in what this browser's last person chose."""
        if self.person:
            return self.person.theme
        chosen = self.request.COOKIES.get("theme", "")
        return chosen if chosen in User.Theme.values else User.Theme.AUTO

    @property
    def direction(self) -> str:
        """`rtl` or `ltr`."""
        return "rtl" if translation.get_language_bidi() else "ltr"

    def _section(self) -> str:
        """The app whose page this is; an error page belongs to none."""
        match = self.request.resolver_match
        if match is None:
            return ""
        # Pages without an app are allauth's, of one's own security; the log of keys is reached through the settings.
        here = match.namespaces[0] if match.namespaces else "accounts"
        return "accounts" if here == "log" else here

    @cached_property
    def nav(self) -> list[NavItem]:
        """The entries that this person may open here."""
        if self.workspace is None:
            return []
        here = self._section()
        items = []
        for item in _NAVIGATION:
            if item.roles and self.roles.isdisjoint(item.roles):
                continue
            try:
                url = reverse(item.route, args=[self.workspace.slug])
            except NoReverseMatch:
                continue
            items.append(
                NavItem(
                    item.key, item.label, item.icon, item.route, item.roles, url, item.key == here
                )
            )
        return items


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor: `shell` in every template."""
    return {"shell": Shell(request)}
