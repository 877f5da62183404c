"""The audit trail: one row for every change that matters, never changed, never removed.

Rows name people and things by value, not by foreign key: the record must outlive them. The
database refuses UPDATE and DELETE (see the migration's triggers).
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.kinds import Kind


class Entry(models.Model):
    """Who did what, in which role, to what, for which organisation, when, and from where.

    Whatever a reader needs stands here as text, and none of it is looked up elsewhere.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(_("at"), default=timezone.now)
    verb = models.CharField(_("verb"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, default=Kind.OTHER.value)
    actor_id = models.UUIDField(_("actor id"), null=True)
    actor_label = models.CharField(_("actor label"), max_length=254, blank=True)
    actor_name = models.CharField(_("actor name"), max_length=120, blank=True)
    # Of `record.Role`, or a role in an organisation; empty where nobody knows it.
    actor_role = models.CharField(_("actor role"), max_length=16, blank=True)
    organisation_id = models.UUIDField(_("organisation id"), null=True)
    acting_organisation_id = models.UUIDField(_("acting organisation id"), null=True)
    object_type = models.CharField(_("object type"), max_length=40, blank=True)
    object_id = models.CharField(_("object id"), max_length=64, blank=True)
    object_label = models.CharField(_("object label"), max_length=200, blank=True)
    hub = models.UUIDField(_("hub"), null=True)
    site = models.CharField(_("SpKey site id"), max_length=128, blank=True)
    # The client's network address, and the id of its request, which the log and its answer have.
    address = models.CharField(_("address"), max_length=64, blank=True)
    request = models.CharField(_("request id"), max_length=64, blank=True)
    result = models.CharField(_("result"), max_length=20, blank=True)
    detail = models.JSONField(_("detail"), default=dict)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ("-at",)
        indexes = (
            models.Index(fields=("organisation_id", "-at", "-id"), name="audit_of_organisation"),
            models.Index(
                fields=("organisation_id", "actor_id", "-at", "-id"), name="audit_of_person"
            ),
            models.Index(fields=("organisation_id", "kind", "-at", "-id"), name="audit_of_kind"),
            models.Index(
                fields=("organisation_id", "hub", "-at", "-id"),
                condition=Q(hub__isnull=False),
                name="audit_of_hub",
            ),
            models.Index(fields=("organisation_id", "site", "-at", "-id"), name="audit_of_site"),
            models.Index(
                fields=("acting_organisation_id", "actor_id", "-at", "-id"),
                condition=Q(acting_organisation_id__isnull=False),
                name="audit_of_agent",
            ),
            models.Index(
                fields=("acting_organisation_id", "-at", "-id"),
                condition=Q(acting_organisation_id__isnull=False),
                name="audit_of_support",
            ),
            models.Index(
                fields=("organisation_id", "-at", "-id"),
                condition=Q(acting_organisation_id__isnull=False),
                name="audit_by_others",
            ),
            models.Index(fields=("-at", "-id"), name="audit_newest"),
            models.Index(fields=("verb", "-at"), name="audit_of_verb"),
            models.Index(fields=("object_id", "-at", "-id"), name="audit_of_object"),
            models.Index(fields=("request", "-at", "-id"), name="audit_of_request"),
            models.Index(fields=("actor_label",), name="audit_of_actor"),
        )

    def __str__(self) -> str:
        return gettext("%(actor)s, %(time)s") % {
            "actor": self.actor_name or self.actor_label or gettext("The portal"),
            "time": date_format(timezone.localtime(self.at), "SHORT_DATETIME_FORMAT"),
        }
