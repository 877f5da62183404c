"""The audit trail: one row for every change that matters, never changed, never removed.

Rows name people and things by value, not by foreign key: the record must outlive them. The
database refuses UPDATE and DELETE (see the migration's triggers).
"""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Entry(models.Model):
    """Who did what, to what, for which organisation, and when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    verb = models.CharField(_("verb"), max_length=40)
    actor_id = models.UUIDField(_("actor id"), null=True)
    actor_label = models.CharField(_("actor label"), max_length=254, blank=True)
    organisation_id = models.UUIDField(_("organisation id"), null=True)
    acting_organisation_id = models.UUIDField(_("acting organisation id"), null=True)
    object_type = models.CharField(_("object type"), max_length=40, blank=True)
    object_id = models.CharField(_("object id"), max_length=64, blank=True)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ("-at",)
        indexes = (
            models.Index(fields=("organisation_id", "-at"), name="audit_of_organisation"),
            models.Index(fields=("-at", "-id"), name="audit_newest"),
            models.Index(fields=("verb", "-at"), name="audit_of_verb"),
            models.Index(fields=("object_id",), name="audit_of_object"),
            models.Index(fields=("actor_label",), name="audit_of_actor"),
        )

    def __str__(self) -> str:
        return gettext("%(verb)s by %(actor)s") % {
            "verb": self.verb,
            "actor": self.actor_label or gettext("the portal"),
        }
