"""The outbox: one row for each e-mail, whoever it is to."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Leased


class Outgoing(Leased):
    """An e-mail to one address, still to be sent, sent, or given up.

    It is written when it is sent, so that no row holds its text.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=3)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True)

    class Meta(Leased.Meta):
        abstract = True
        ordering = ("-created_at",)
        indexes: ClassVar[list[models.Index]] = [
            *Leased.Meta.indexes,
            models.Index(fields=("-created_at", "-id"), name="%(class)s_newest"),
        ]
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                condition=Q(sent_at=None, given_up_at=None) | Q(due_at=None),
                name="%(class)s_ends_when_sent_or_given_up",
            ),
        )


class ToPerson(Outgoing):
    """An e-mail to somebody who has an account, at the address that they have when it is sent."""

    user = models.ForeignKey("orgs.User", models.CASCADE, related_name="+", verbose_name=_("user"))

    class Meta(Outgoing.Meta):
        abstract = True

    @property
    def recipient(self) -> str:
        """The address to which it goes."""
        return self.user.email


class How(models.TextChoices):
    """How somebody wants to be told of something."""

    INSTANT = "instant", _("At once")
    DIGEST = "digest", _("Once a day")
    OFF = "off", _("Not at all")


class NewsChoice(models.Model):
    """How a person wants to be told of a topic in one of their organisations: see `topics`."""

    user = models.ForeignKey("orgs.User", models.CASCADE, related_name="+", verbose_name=_("user"))
    organisation = models.ForeignKey(
        "orgs.Organisation", models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    topic = models.CharField(_("topic"), max_length=16)
    how = models.CharField(_("how"), max_length=8, choices=How.choices)

    class Meta:
        verbose_name = _("choice of e-mails")
        verbose_name_plural = _("choices of e-mails")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user", "topic"), name="one_choice_each_topic"
            ),
            models.CheckConstraint(
                condition=Q(how__in=("instant", "digest", "off")), name="news_choice_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_how_display()}"


class Dismissal(models.Model):
    """A line of a person's home that they have put away: see `dismissals`."""

    user = models.ForeignKey("orgs.User", models.CASCADE, related_name="+", verbose_name=_("user"))
    organisation = models.ForeignKey(
        "orgs.Organisation", models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    # What the line is about, such as a site; and the newest of what it had to tell.
    about = models.CharField(_("about"), max_length=200)
    newest = models.DateTimeField(_("newest"))
    put_away_at = models.DateTimeField(_("put away at"), default=timezone.now)

    class Meta:
        verbose_name = _("line put away")
        verbose_name_plural = _("lines put away")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user", "about"), name="one_dismissal_each_line"
            ),
        )

    def __str__(self) -> str:
        return self.about


class Digest(ToPerson):
    """One e-mail a day to somebody who wants the news of an organisation together."""

    organisation = models.ForeignKey(
        "orgs.Organisation", models.CASCADE, related_name="+", verbose_name=_("organisation")
    )
    # That of its morning, by the portal's clock.
    day = models.DateField(_("day"))

    class Meta(Outgoing.Meta):
        verbose_name = _("daily e-mail")
        verbose_name_plural = _("daily e-mails")
        constraints = (
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(
                fields=("organisation", "user", "day"), name="one_digest_each_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}, {self.day}"


class Notice(ToPerson):
    """An e-mail that tells one of an organisation's people what happened.

    `about` names the occasion, such as a claim's id: nobody is told twice of the same. `facts`
    are the words it is about (JSON, no secrets).
    """

    class Kind(models.TextChoices):
        """What administrators are told of; each kind has its words in a template of its name."""

        KEY_REFUSED = "key_refused", _("Key refused")
        KEY_MISMATCH = "key_mismatch", _("Key of another organisation")
        KEY_FORBIDDEN = "key_forbidden", _("Key may not claim")
        KEY_EXPIRES = "key_expires", _("Key expires soon")
        LATE_EFFECT = "late_effect", _("Claim took effect late")
        REVIEW = "review", _("Claim not confirmed")
        UNKNOWN_HUBS = "unknown_hubs", _("Many unknown hubs")
        BOUND_ELSEWHERE = "bound_elsewhere", _("Claimed for another organisation")
        SUPPORT_CLAIMED = "support_claimed", _("Claimed by SpKey support")
        SUPPORT_MOVED = "support_moved", _("Moved by SpKey support")
        SUPPORT_GRANTED = "support_granted", _("Support access given")
        SUPPORT_USED = "support_used", _("Support access used for the first time")
        SUPPORT_ASKED = "support_asked", _("Support access asked for")
        SUPPORT_ANSWERED = "support_answered", _("Answer to a request for access")
        BREAK_GLASS = "break_glass", _("Support acts without consent")
        GLASS_BROKEN = "glass_broken", _("Break glass by an agent")
        MOVE_HELD = "move_held", _("Hub asked for by somebody else")
        MOVE_ANSWERED = "move_answered", _("Answer of a hub's holder")
        MOVE_ENDED = "move_ended", _("Request for a hub ended")
        HUB_TAKEN = "hub_taken", _("Hub moved to another organisation")
        SUPPORT_BURST = "support_burst", _("Many actions of an agent")
        JOB_OVERDUE = "job_overdue", _("Job overdue")
        JOB_REQUEST = "job_request", _("Request about a job")
        JOB_ANSWER = "job_answer", _("Answer to a request about a job")
        OPERATOR_CHANGE = "operator_change", _("Change by an operator")
        ADMINISTRATORS = "administrators", _("Change of administrators")
        GAVE_UP = "gave_up", _("Claims given up")
        WAITS = "waits", _("Claims wait for somebody")
        JOB_COMPLETED = "job_completed", _("Job complete")
        HUBS_OFFLINE = "hubs_offline", _("Hubs offline")
        HUBS_BACK = "hubs_back", _("Hubs online again")
        HUBS_LEFT = "hubs_left", _("Hubs not ours any more")
        IMPORT_FINISHED = "import_finished", _("Import finished")
        HUB_REFUSED = "hub_refused", _("Hub could not be claimed")

    # None where it is the operators who are told.
    organisation = models.ForeignKey(
        "orgs.Organisation",
        models.CASCADE,
        null=True,
        related_name="notices",
        verbose_name=_("organisation"),
    )
    # Of a change of power, the reader's when it was written: an operator may change it before it
    # is sent.
    address = models.EmailField(_("e-mail address"), blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    about = models.CharField(_("about"), max_length=100)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)
    # In which it is told, for those who want their news together: then it is never due by itself.
    digest = models.ForeignKey(
        Digest, models.SET_NULL, null=True, related_name="notices", verbose_name=_("daily e-mail")
    )

    class Meta(Outgoing.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes: ClassVar[list[models.Index]] = [
            *Outgoing.Meta.indexes,
            models.Index(fields=("about",), name="notice_about"),
        ]
        constraints = (
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(
                fields=("organisation", "user", "kind", "about"), name="told_once_each"
            ),
            models.UniqueConstraint(
                fields=("user", "kind", "about"),
                condition=Q(organisation=None),
                name="operator_told_once_each",
            ),
        )

    @property
    def recipient(self) -> str:
        """The address to which it goes."""
        return self.address or self.user.email

    def __str__(self) -> str:
        return gettext("%(kind)s, to %(person)s") % {
            "kind": self.get_kind_display(),
            "person": self.user,
        }


class AccountEmail(ToPerson):
    """An e-mail to one person about their own account, such as a link to set a new password.

    A link is a secret: it is made when the e-mail is sent, and no row ever holds one.
    """

    class Kind(models.TextChoices):
        """What people are written about; each kind has its words in a template of its name."""

        NEW_PASSWORD = "new_password", _("Link to set a new password")
        PASSWORD_CHANGED = "password_changed", _("Own password changed")
        FACTOR_ADDED = "factor_added", _("Own second factor set up")
        FACTOR_REMOVED = "factor_removed", _("Own second factor turned off")
        PASSKEY_ADDED = "passkey_added", _("Own passkey added")
        PASSKEY_REMOVED = "passkey_removed", _("Own passkey removed")
        CODES_MADE = "codes_made", _("Own recovery codes made anew")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    # That of the page on which it was asked for, for people who have chosen none.
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)

    class Meta(Outgoing.Meta):
        verbose_name = _("account e-mail")
        verbose_name_plural = _("account e-mails")

    def __str__(self) -> str:
        return gettext("%(kind)s, to %(person)s") % {
            "kind": self.get_kind_display(),
            "person": self.user,
        }


class InvitationEmail(Outgoing):
    """An invitation on its way to an address, which may be nobody's account yet.

    The link in it is a secret: it is made when the e-mail is sent, and no row ever holds it.
    """

    invitation = models.ForeignKey(
        "orgs.Invitation", models.CASCADE, related_name="emails", verbose_name=_("invitation")
    )
    # That of the page on which the invitation was written.
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)

    class Meta(Outgoing.Meta):
        verbose_name = _("invitation e-mail")
        verbose_name_plural = _("invitation e-mails")

    def __str__(self) -> str:
        return gettext("%(kind)s, to %(person)s") % {
            "kind": gettext("Invitation"),
            "person": self.invitation.email,
        }
