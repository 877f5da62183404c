"""People, who sign in by e-mail address."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes people, whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a saved person; without a password they cannot sign in by one."""
        return self.create_hashed(email, make_password(password), **fields)

    def create_hashed(self, email: str, password_hash: str, **fields: Any) -> "User":
        """Return a saved person whose password is hashed already, as `make_password` does it."""
        address = self.normalize_email(email).lower()
        user = self.model(email=address, password=password_hash, **fields)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a saved operator of the portal, who may use the operators' pages."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this address, whatever its capitals."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in by e-mail address."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    # Empty until the person chooses one; until then pages follow the browser.
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES, blank=True)
    is_active = models.BooleanField(_("is active"), default=True)
    is_staff = models.BooleanField(_("operator of the portal"), default=False)
    date_joined = models.DateTimeField(default=timezone.now)
    # Every session remembers its number, and is over when the person has another one.
    sessions_ended = models.PositiveIntegerField(default=0, editable=False)
    # Told of whoever is signed in: see `required_factors`.
    lacks_required_factor: bool = False
    is_agent: bool = False

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("email",)

    def __str__(self) -> str:
        return self.email

    @property
    def display_name(self) -> str:
        """The person's name; while they have none, their address as far as its @."""
        return self.name or self.email.partition("@")[0]

    @property
    def record_label(self) -> str:
        """What the record calls the person."""
        return self.display_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Return what a session must know of the person to go on, `sessions_ended` among it."""
        of_password = super()._get_session_auth_hash(secret)  # type: ignore[misc]
        return f"{of_password}.{self.sessions_ended}"

    @property
    def is_powerful(self) -> bool:
        """Whether they may act on what is not their own: as an operator or a support agent."""
        return self.is_staff or self.memberships.active().of_agents().exists()
