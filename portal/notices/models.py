"""The outbox: what an organisation's administrators are told, one row for each of them."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.leasing import Leased


class Notice(Leased):
    """An e-mail to one administrator, still to be sent, sent, or given up.

    `about` names the occasion, such as a claim's id: nobody is told twice of the same. `facts`
    are the words it is about (JSON, no secrets); the e-mail is written when it is sent.
    """

    LEASE: ClassVar[timedelta] = timedelta(minutes=3)

    class Kind(models.TextChoices):
        """What administrators are told of; each kind has its words in a template of its name."""

        KEY_REFUSED = "key_refused", _("Key refused")
        KEY_MISMATCH = "key_mismatch", _("Key of another organisation")
        KEY_FORBIDDEN = "key_forbidden", _("Key may not claim")
        LATE_EFFECT = "late_effect", _("Claim took effect late")
        REVIEW = "review", _("Claim not confirmed")
        BOUND_ELSEWHERE = "bound_elsewhere", _("Claimed for another organisation")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(
        "orgs.Organisation", models.CASCADE, related_name="notices", verbose_name=_("organisation")
    )
    user = models.ForeignKey("orgs.User", models.CASCADE, related_name="+", verbose_name=_("user"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    about = models.CharField(_("about"), max_length=100)
    facts = models.JSONField(_("facts"), default=dict, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    given_up_at = models.DateTimeField(_("given up at"), null=True)

    class Meta(Leased.Meta):
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ("-created_at",)
        indexes = [
            *Leased.Meta.indexes,
            models.Index(fields=("-created_at", "-id"), name="notice_newest"),
            models.Index(fields=("about",), name="notice_about"),
        ]
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user", "kind", "about"), name="told_once_each"
            ),
            models.CheckConstraint(
                condition=Q(sent_at=None, given_up_at=None) | Q(due_at=None),
                name="notice_ends_when_sent_or_given_up",
            ),
        )

    def __str__(self) -> str:
        return gettext("%(kind)s, to %(person)s") % {
            "kind": self.get_kind_display(),
            "person": self.user,
        }
