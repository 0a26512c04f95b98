"""People who sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comms.core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Makes users; an e-mail address is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new person. `password` is the sign-in secret, never a passphrase."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The person with this address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person with an account. Their roles are in their memberships; there is no superuser."""

    class WaitingMail(models.IntegerChoices):
        """After how many minutes a mail says that something waits."""

        OFF = 0, _("Never")
        SOON = 5, _("After 5 minutes")
        QUARTER = 15, _("After 15 minutes")
        HOUR = 60, _("After an hour")
        HALF_DAY = 240, _("After four hours")
        DAY = 1440, _("After a day")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=120)
    language = models.CharField(
        _("language"), max_length=12, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    theme = models.CharField(
        _("appearance"), max_length=5, choices=Theme.choices, default=Theme.AUTO
    )
    # Off until the person asks for it: a mail tells every mail server on its way that they use this.
    # With a default in the database too: while the migration runs, the release before goes on inserting.
    waiting_mail = models.PositiveSmallIntegerField(
        _("Mail when something waits"),
        choices=WaitingMail.choices,
        default=WaitingMail.OFF,
        db_default=WaitingMail.OFF,
    )
    # CBOR [memory, passes, lanes, salt] of the Argon2id behind the sign-in secret (docs/wire.cddl, argon2).
    # Apart from the vault's own: a reset by mail changes this one and leaves the vault's as it was.
    sign_in_argon2 = models.BinaryField(max_length=64, default=bytes, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name others see."""
        return self.name
