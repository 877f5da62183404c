"""API keys: the one in use, the one that is to replace it, and the reminder of its end.

They name their organisation by its label: organisations know of keys, and import this file.
"""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Bound, Leased
from portal.orgs.encryption import EncryptedField, Secret, UnreadableSecretError, fingerprint
from portal.orgs.models.people import User


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
        "orgs.Organisation",
        models.CASCADE,
        related_name="credential",
        verbose_name=_("organisation"),
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
        "orgs.Organisation",
        models.CASCADE,
        related_name="key_candidate",
        verbose_name=_("organisation"),
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
