"""What operators read of the models: words alone, nothing of the database."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_look_back"),
        ("hubs", "0003_words_for_operators"),
        ("orgs", "0004_words_for_operators"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelOptions(
                    name="attempt",
                    options={
                        "ordering": ("number",),
                        "verbose_name": "attempt",
                        "verbose_name_plural": "attempts",
                    },
                ),
                migrations.AlterModelOptions(
                    name="claim",
                    options={
                        "ordering": ("-created_at", "-id"),
                        "verbose_name": "claim",
                        "verbose_name_plural": "claims",
                    },
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="claim",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="claims.claim",
                        verbose_name="claim",
                    ),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="duration_ms",
                    field=models.PositiveIntegerField(null=True, verbose_name="duration ms"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="epoch",
                    field=models.PositiveIntegerField(verbose_name="epoch"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="finished_at",
                    field=models.DateTimeField(null=True, verbose_name="finished at"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="http_status",
                    field=models.PositiveSmallIntegerField(null=True, verbose_name="http status"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="kind",
                    field=models.CharField(
                        choices=[("read", "Status read"), ("send", "Claim sent")],
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="message",
                    field=models.CharField(blank=True, max_length=300, verbose_name="message"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="number",
                    field=models.PositiveIntegerField(verbose_name="number"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="outcome",
                    field=models.CharField(blank=True, max_length=32, verbose_name="outcome"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="reference",
                    field=models.CharField(blank=True, max_length=64, verbose_name="reference"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="request_id",
                    field=models.CharField(blank=True, max_length=64, verbose_name="request id"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="sent",
                    field=models.JSONField(default=dict, verbose_name="sent"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="sentence",
                    field=models.CharField(blank=True, max_length=300, verbose_name="sentence"),
                ),
                migrations.AlterField(
                    model_name="attempt",
                    name="started_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="started at"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="acting_organisation",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims_for_others",
                        to="orgs.organisation",
                        verbose_name="acting organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="cancel_requested_at",
                    field=models.DateTimeField(null=True, verbose_name="cancel requested at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="cancel_requested_by",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="cancel requested by",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="changed_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="changed at"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="claimed_at",
                    field=models.DateTimeField(null=True, verbose_name="claimed at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="contacted_at",
                    field=models.DateTimeField(null=True, verbose_name="contacted at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="created_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created at"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="epoch",
                    field=models.PositiveIntegerField(default=0, verbose_name="epoch"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="finished_at",
                    field=models.DateTimeField(null=True, verbose_name="finished at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="hub",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="hubs.hub",
                        verbose_name="hub",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="hub_id_text",
                    field=models.CharField(
                        db_index=True, max_length=36, verbose_name="hub id text"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="last_send_at",
                    field=models.DateTimeField(null=True, verbose_name="last send at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="late_effect_at",
                    field=models.DateTimeField(null=True, verbose_name="late effect at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="lease_until",
                    field=models.DateTimeField(null=True, verbose_name="lease until"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="leased_by",
                    field=models.CharField(blank=True, max_length=120, verbose_name="leased by"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="look_back_at",
                    field=models.DateTimeField(null=True, verbose_name="look back at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="next_attempt_at",
                    field=models.DateTimeField(null=True, verbose_name="next attempt at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="orgs.organisation",
                        verbose_name="organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="problems",
                    field=models.JSONField(default=list, verbose_name="problems"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="reason",
                    field=models.CharField(
                        blank=True,
                        choices=[
                            ("", "–"),
                            ("offline", "Hub offline"),
                            ("unreachable", "SpKey not answering"),
                            ("rate", "SpKey is busy"),
                            ("busy", "SpKey is still working on the hub"),
                            ("key_missing", "No API key"),
                            ("too_often", "Sent too often lately"),
                            ("key_kind", "API key of the wrong kind"),
                            ("key_refused", "API key refused"),
                            ("key_unreadable", "API key cannot be decrypted"),
                            ("key_mismatch", "API key belongs to another organisation"),
                            ("no_user", "No SpKey user"),
                            ("another_site", "At another site"),
                            ("another_organisation", "Somebody else's"),
                            ("suspended", "Suspended"),
                            ("decommissioned", "Decommissioned"),
                            ("invalid", "Details refused"),
                            ("forbidden", "Not allowed"),
                            ("not_confirmed", "Not confirmed"),
                            ("right_gone", "No longer allowed"),
                        ],
                        max_length=24,
                        verbose_name="reason",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="reference",
                    field=models.CharField(blank=True, max_length=64, verbose_name="reference"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="retry_of",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="retries",
                        to="claims.claim",
                        verbose_name="retry of",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="send_wanted",
                    field=models.BooleanField(default=False, verbose_name="send wanted"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="sends",
                    field=models.PositiveIntegerField(default=0, verbose_name="sends"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="settled_read_at",
                    field=models.DateTimeField(null=True, verbose_name="settled read at"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="site",
                    field=models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to="orgs.site",
                        verbose_name="site",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="spkey_site_id",
                    field=models.CharField(max_length=128, verbose_name="SpKey site id"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("queued", "Waiting to send"),
                            ("sending", "Claiming"),
                            ("verifying", "Confirming"),
                            ("waiting", "Trying again later"),
                            ("blocked", "Needs your administrator"),
                            ("review", "With support"),
                            ("claimed", "Claimed"),
                            ("already_yours", "Already yours"),
                            ("conflict", "Claimed elsewhere"),
                            ("not_found", "Unknown hub"),
                            ("rejected", "Refused"),
                            ("expired", "Gave up"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="submission",
                    field=models.UUIDField(verbose_name="submission"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="submitted_by",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="claims",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="submitted by",
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="support_reason",
                    field=models.CharField(
                        blank=True, max_length=500, verbose_name="support reason"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="timed_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="timed at"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="tries",
                    field=models.PositiveIntegerField(default=0, verbose_name="tries"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="trying_since",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="trying since"
                    ),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="unresolved_since",
                    field=models.DateTimeField(null=True, verbose_name="unresolved since"),
                ),
                migrations.AlterField(
                    model_name="claim",
                    name="version",
                    field=models.PositiveIntegerField(default=1, verbose_name="version"),
                ),
            ]
        )
    ]
