"""People, organisations, their sites and their SpKey credential."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Bound, Leased
from portal.orgs.encryption import EncryptedField, Secret, UnreadableSecretError, fingerprint


class UserManager(BaseUserManager["User"]):
    """Makes people, whose name is their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a saved person; without a password they cannot sign in by one."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
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


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, as far as somebody may see them."""

    def visible_to(self, user: User) -> Self:
        """Return the organisations in which this person holds an active membership."""
        return self.filter(pk__in=Membership.objects.organisations_of(user))

    def hold(self, organisation: "Organisation") -> None:
        """Make others who would hold this organisation wait until the transaction ends."""
        self.select_for_update(no_key=True).get(pk=organisation.pk)


class Organisation(models.Model):
    """A customer of SpKey: the tenant to whom sites, hubs and claims belong."""

    class RequiresFactor(models.TextChoices):
        """Of whom the organisation requires a second factor."""

        NONE = "none", _("Nobody")
        ADMINS = "admins", _("Administrators")
        EVERYBODY = "everybody", _("Everybody")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    spkey_org_id = models.CharField(_("SpKey organisation id"), max_length=128, unique=True)
    fallback_spkey_user_id = models.UUIDField(
        _("fallback SpKey user id"),
        null=True,
        blank=True,
        help_text=_("Claims are made in this user's name when the installer has none at SpKey."),
    )
    requires_factor = models.CharField(
        _("second factor required of"),
        max_length=9,
        choices=RequiresFactor.choices,
        default=RequiresFactor.NONE,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # When an administrator said that the SpKey organisation id is the one they have at SpKey.
    id_confirmed_at = models.DateTimeField(null=True, editable=False)
    # When the first steps were done, or put away: they are never shown again.
    first_steps_done_at = models.DateTimeField(null=True, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(
                condition=Q(requires_factor__in=("none", "admins", "everybody")),
                name="organisation_requires_factor_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def stored_credential(self) -> "ApiCredential | None":
        """The organisation's credential, or None while there is none."""
        return getattr(self, "credential", None)

    @property
    def stored_candidate(self) -> "KeyCandidate | None":
        """The key that is to replace the organisation's, or None while there is none."""
        return getattr(self, "key_candidate", None)

    @property
    def holds_super_key(self) -> bool:
        """Whether the organisation's key may act for any other."""
        credential = self.stored_credential
        return credential is not None and credential.is_super


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, as far as they count today, or somebody may see them."""

    def of(self, member: "Membership") -> Self:
        """Return the memberships in the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the memberships in the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def active(self) -> Self:
        """Return memberships that have not expired, of people who may sign in."""
        return self.unexpired().filter(user__is_active=True)

    def unexpired(self) -> Self:
        """Return memberships that have not expired, whether their people may sign in or not."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))

    def of_agents(self) -> Self:
        """Return memberships that allow to act for other organisations: see `access.abilities`."""
        return self.filter(support=True, organisation__credential__kind=ApiCredential.Kind.SUPER)

    def administrators(self) -> Self:
        """Return the memberships of those who run their organisation today."""
        return self.active().filter(role=Membership.Role.ADMIN)

    def active_of(self, user: User) -> Self:
        """Return this person's memberships that count today."""
        return self.active().filter(user=user)

    def asked_for_factor(self) -> Self:
        """Return memberships whose organisation requires a second factor of their people."""
        required = Organisation.RequiresFactor
        of_admins = Q(organisation__requires_factor=required.ADMINS, role=Membership.Role.ADMIN)
        return self.filter(Q(organisation__requires_factor=required.EVERYBODY) | of_admins)

    def organisations_of(self, user: User) -> "models.QuerySet[Membership, Any]":
        """Return the ids of the organisations this person belongs to today, to select rows by.

        Every `visible_to` takes them from here, so that it is one sub-query deep. Who lacks a
        second factor sees nothing of those that require it.
        """
        mine = self.active_of(user)
        # A place in a prepared statement stands for anybody.
        if getattr(user, "lacks_required_factor", False):
            asked = Membership.objects.active_of(user).asked_for_factor()
            mine = mine.exclude(pk__in=asked.values("pk"))
        return mine.values("organisation")


class Membership(models.Model):
    """A person's place in an organisation."""

    class Role(models.TextChoices):
        """What a member is for."""

        ADMIN = "admin", _("Administrator")
        INSTALLER = "installer", _("Installer")
        VIEWER = "viewer", _("Viewer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, models.CASCADE, related_name="memberships", verbose_name=_("user")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role.choices, default=Role.INSTALLER)
    # Else they may claim, and see, only where an open job of theirs is: see `jobs.rights`.
    all_sites = models.BooleanField(_("all sites"), default=True)
    support = models.BooleanField(
        _("support agent"),
        default=False,
        help_text=_("May claim for other organisations with this organisation's super key."),
    )
    spkey_user_id = models.UUIDField(_("SpKey user id"), null=True, blank=True)
    # Remembered from SpKey's answer for the person's e-mail address, not set by hand.
    spkey_user_id_found = models.BooleanField(default=False, editable=False)
    expires_at = models.DateTimeField(_("ends on"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # When they last worked in this organisation, to within a few minutes.
    seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ("organisation__name", "user__email")
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation"), name="one_membership_each"),
            models.CheckConstraint(
                condition=Q(role__in=("admin", "installer", "viewer")),
                name="membership_role_known",
            ),
            # Who runs the organisation, or only looks, has no jobs to be limited to.
            models.CheckConstraint(
                condition=Q(role="installer") | Q(all_sites=True),
                name="only_installers_are_limited_to_jobs",
            ),
        )

    def __str__(self) -> str:
        return gettext("%(person)s in %(organisation)s") % {
            "person": self.user,
            "organisation": self.organisation,
        }

    @property
    def record_label(self) -> str:
        """What the record calls the membership: who the member is."""
        return self.user.display_name

    @property
    def is_asked_for_factor(self) -> bool:
        """Whether the organisation requires a second factor of this member."""
        required = self.organisation.requires_factor
        of_admins = required == Organisation.RequiresFactor.ADMINS
        return required == Organisation.RequiresFactor.EVERYBODY or (
            of_admins and self.role == self.Role.ADMIN
        )


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, as far as somebody may see them, or they are still open."""

    def of(self, member: Membership) -> Self:
        """Return the invitations to the member's organisation."""
        return self.filter(organisation=member.organisation_id)

    def visible_to(self, user: User) -> Self:
        """Return the invitations to the organisations this person belongs to."""
        return self.filter(organisation__in=Membership.objects.organisations_of(user))

    def unanswered(self) -> Self:
        """Return those that nobody accepted or revoked, whether they are good still or too old."""
        return self.filter(UNANSWERED)

    def good(self) -> Self:
        """Return those that may be accepted today."""
        return self.unanswered().filter(expires_at__gt=timezone.now())


UNANSWERED = Q(accepted_at=None, revoked_at=None)


class Invitation(models.Model):
    """Lets the owner of an address join an organisation, once: see `invitations`."""

    VALID: ClassVar[timedelta] = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="invitations",
        verbose_name=_("organisation"),
    )
    # In lower case, whatever was typed.
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=16, choices=Membership.Role.choices)
    all_sites = models.BooleanField(_("all sites"), default=True)
    # As text: it is read when the inviter may have another name, or be gone.
    # Empty for an operator of the portal.
    inviter_name = models.CharField(_("invited by"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # The link's token is made of it and of the portal's secret key; of the token, the digest.
    seed = models.CharField(max_length=64, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ("email",)
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "email"),
                condition=UNANSWERED,
                name="one_invitation_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(role__in=("admin", "installer", "viewer")),
                name="invitation_role_known",
            ),
            models.CheckConstraint(
                condition=Q(role="installer") | Q(all_sites=True),
                name="only_invited_installers_are_limited",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_accepted_or_revoked_not_both",
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def is_expired(self) -> bool:
        """Whether it is too old to be accepted."""
        return self.expires_at <= timezone.now()


class FactorInvitation(models.Model):
    """Lets one operator or support agent set up a second factor, once: see `invitations`."""

    VALID: ClassVar[timedelta] = timedelta(days=7)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("user"))
    # Of the link's token, which is written down nowhere.
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("expires at"))
    accepted_at = models.DateTimeField(_("accepted at"), null=True)

    class Meta:
        verbose_name = _("invitation to set up a second factor")
        verbose_name_plural = _("invitations to set up a second factor")

    def __str__(self) -> str:
        return str(self.user)


class ApiKey(Leased):
    """A key of the SpKey API with its bearer token, and what is known of them.

    Due is a check of the key, while somebody has asked for one.
    """

    # The longest that a 429 is obeyed, with its spread.
    LONGEST_HOLD: ClassVar[timedelta] = timedelta(minutes=15, seconds=5)
    # How long after a first 401 the second is asked for that proves it.
    DOUBT: ClassVar[timedelta] = timedelta(seconds=60)
    BOUNDS: ClassVar[dict[str, Bound]] = {
        "paused_until": Bound(LONGEST_HOLD, None),
        # Doubted after now means doubted by another clock: asked again, it is doubted anew.
        "doubted_at": Bound(timedelta(0), timedelta(0)),
    }
    # A key rests whether a check is due or not; there are at most two an organisation.
    TIMED: ClassVar[Q] = Q(due_at__isnull=False) | Q(paused_until__isnull=False)

    class Sent(models.TextChoices):
        """What is sent to prove who we are; the vendor's guide asks for one of the two."""

        KEY = "key", _("The API key alone")
        TOKEN = "token", _("The bearer token alone")
        BOTH = "both", _("Both together")

    # Each kind of key has its organisation.
    organisation_id: uuid.UUID

    key = EncryptedField(editable=False)
    bearer_token = EncryptedField(null=True, editable=False)
    sent = models.CharField(
        _("what is sent"), max_length=5, choices=Sent.choices, default=Sent.KEY, editable=False
    )
    # Since when it is sent so: what SpKey answered to another, or before, says nothing of it.
    sent_since = models.DateTimeField(default=timezone.now, editable=False)
    # Which of `Sent` SpKey accepts, tried by a check where a token is stored; and of each since
    # when a 401 doubts it, in ISO 8601, or None.
    accepted = models.JSONField(default=dict, editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    masked_key = models.CharField(_("masked key"), max_length=16, editable=False)
    # The last day on which SpKey takes the key, as somebody has typed it from SpKey's page.
    expires_on = models.DateField(_("expires on"), null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    paused_until = models.DateTimeField(null=True, editable=False)
    # Since when a 401 waits for the check that proves or disproves it.
    doubted_at = models.DateTimeField(null=True, editable=False)

    class Meta(Leased.Meta):
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=Q(sent="key") | Q(sent__in=("token", "both"), bearer_token__isnull=False),
                name="%(class)s_has_what_it_sends",
            ),
            # Else nothing would ever end the doubt, which holds all calls back.
            models.CheckConstraint(
                condition=Q(doubted_at=None) | Q(due_at__isnull=False),
                name="doubted_%(class)s_is_due_for_a_check",
            ),
        )

    @property
    def record_label(self) -> str:
        """What the record calls the key: its first and last characters."""
        return self.masked_key

    def set_key(self, key: Secret, bearer_token: Secret | None) -> None:
        """Put a key and token in place, unsaved, with what may be shown and compared of them."""
        self.key = key
        self.bearer_token = bearer_token
        self.fingerprint = fingerprint(key)
        self.masked_key = key.masked

    @property
    def is_readable(self) -> bool:
        """Whether the portal's encryption keys open what is stored."""
        try:
            for secret in (self.key, self.bearer_token):
                if secret is not None:
                    secret.reveal()
        except UnreadableSecretError:
            return False
        return True

    @property
    def is_being_checked(self) -> bool:
        """Whether somebody has asked for a check that has not been made yet."""
        return self.due_at is not None

    @property
    def check_waits_until(self) -> datetime | None:
        """When a check is made that is put off; None where it is made now, or none is wanted."""
        if self.due_at is None:
            return None
        at = max(self.due_at, self.paused_until or self.due_at)
        return at if at > timezone.now() else None

    @property
    def paused_for(self) -> float:
        """For how many more seconds SpKey wants no call with the key; 0.0 when it may be used."""
        if self.paused_until is None:
            return 0.0
        return max(0.0, (self.paused_until - timezone.now()).total_seconds())

    @property
    def doubted_for(self) -> float:
        """For how many more seconds nobody but its check may use the key; 0.0 where all may.

        SpKey answered 401, which its own trouble can bring about: the check asks once more.
        """
        if self.doubted_at is None:
            return 0.0
        left = (self.due_at - timezone.now()).total_seconds() if self.due_at else 0.0
        return max(2.0, left)


class ApiCredential(ApiKey):
    """An organisation's access to the SpKey API, and what is known of its health."""

    # Three reads, one for each way in which the key and its token may be sent.
    LEASE: ClassVar[timedelta] = timedelta(seconds=75)
    # After so long without an answer to it, even "not now", the claims themselves find out.
    LONGEST_DOUBT: ClassVar[timedelta] = timedelta(minutes=10)

    class Kind(models.TextChoices):
        """Whether the key acts for its own organisation or for any."""

        NORMAL = "normal", _("Normal key")
        SUPER = "super", _("Super key (SpKey support)")

    class State(models.TextChoices):
        """What SpKey last said of the key; in words: `display/key_wording.py`."""

        UNCHECKED = "unchecked"
        WORKING = "working"
        REFUSED = "refused"
        MISMATCH = "mismatch"
        UNREACHABLE = "unreachable"

    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="credential", verbose_name=_("organisation")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.NORMAL)
    # Without choices, whose labels would be a second set of names.
    state = models.CharField(_("state"), max_length=12, default=State.UNCHECKED, editable=False)
    replaced_at = models.DateTimeField(_("replaced at"), default=timezone.now, editable=False)
    replaced_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("replaced by"),
    )

    class Meta(ApiKey.Meta):
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = (
            *ApiKey.Meta.constraints,
            models.CheckConstraint(
                condition=Q(kind__in=("normal", "super")), name="credential_kind_known"
            ),
        )

    def __str__(self) -> str:
        return gettext("%(kind)s of %(organisation)s") % {
            "kind": self.get_kind_display(),
            "organisation": self.organisation,
        }

    @property
    def can_serve(self) -> bool:
        """Whether claims may be made with the key, as far as is known."""
        return self.state not in {self.State.REFUSED, self.State.MISMATCH} and self.is_readable

    @property
    def is_super(self) -> bool:
        """Whether the key may act for any organisation."""
        return self.kind == self.Kind.SUPER


class KeyCandidate(ApiKey):
    """A key that is to replace the one in use, which serves until a check shows that it works."""

    # A read for each way of sending it, and two of a hub with this key and with the one in use.
    LEASE: ClassVar[timedelta] = timedelta(seconds=130)

    class State(models.TextChoices):
        """What a check has shown of it; one that works has taken over, and is here no more."""

        CHECKING = "checking"
        REFUSED = "refused"
        MISMATCH = "mismatch"
        UNREACHABLE = "unreachable"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(
        Organisation, models.CASCADE, related_name="key_candidate", verbose_name=_("organisation")
    )
    state = models.CharField(_("state"), max_length=12, default=State.CHECKING, editable=False)
    # How often SpKey did not answer its check.
    tries = models.PositiveIntegerField(default=0, editable=False)
    stored_at = models.DateTimeField(_("stored at"), default=timezone.now, editable=False)
    stored_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("stored by"),
    )

    class Meta(ApiKey.Meta):
        verbose_name = _("new API key")
        verbose_name_plural = _("new API keys")

    def __str__(self) -> str:
        return gettext("New key of %(organisation)s") % {"organisation": self.organisation}


class KeyReminder(Leased):
    """That administrators are to be reminded of the day on which their key expires.

    Due is the next reminder. There is one row for each key with such a day ahead.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=1)

    credential = models.OneToOneField(ApiCredential, models.CASCADE, related_name="reminder")

    class Meta(Leased.Meta):
        verbose_name = _("reminder of a key’s end")
        verbose_name_plural = _("reminders of a key’s end")

    def __str__(self) -> str:
        return str(self.credential_id)
