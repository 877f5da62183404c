"""What operators read of the models: words alone, nothing of the database."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("hubs", "0002_circuit"),
        ("orgs", "0004_words_for_operators"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelOptions(
                    name="hub",
                    options={
                        "ordering": ("-created_at",),
                        "verbose_name": "hub",
                        "verbose_name_plural": "hubs",
                    },
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="binding",
                    field=models.CharField(
                        choices=[
                            ("unknown", "Not looked up yet"),
                            ("free", "Can be claimed"),
                            ("ours", "Ours"),
                            ("other", "Somebody else's"),
                            ("missing", "No such hub"),
                        ],
                        default="unknown",
                        max_length=8,
                        verbose_name="binding",
                    ),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="claimed_at",
                    field=models.DateTimeField(null=True, verbose_name="claimed at"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="created_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created at"
                    ),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="epoch",
                    field=models.PositiveIntegerField(default=0, verbose_name="epoch"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="expected_until",
                    field=models.DateTimeField(null=True, verbose_name="expected until"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="firmware",
                    field=models.CharField(blank=True, max_length=64, verbose_name="firmware"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="hub_id",
                    field=models.UUIDField(verbose_name="hub id"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="is_primary",
                    field=models.BooleanField(default=False, verbose_name="is primary"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="last_seen",
                    field=models.DateTimeField(null=True, verbose_name="last seen"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="lease_until",
                    field=models.DateTimeField(null=True, verbose_name="lease until"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="model",
                    field=models.CharField(blank=True, max_length=64, verbose_name="model"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="online",
                    field=models.BooleanField(null=True, verbose_name="online"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="hubs",
                        to="orgs.organisation",
                        verbose_name="organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="read_at",
                    field=models.DateTimeField(null=True, verbose_name="read at"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="read_for",
                    field=models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="orgs.organisation",
                        verbose_name="read for",
                    ),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="refresh_due_at",
                    field=models.DateTimeField(null=True, verbose_name="refresh due at"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="serial",
                    field=models.CharField(blank=True, max_length=64, verbose_name="serial"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="spkey_site_id",
                    field=models.CharField(
                        blank=True, max_length=128, verbose_name="SpKey site id"
                    ),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="status",
                    field=models.CharField(blank=True, max_length=32, verbose_name="status"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="uptime_seconds",
                    field=models.PositiveBigIntegerField(null=True, verbose_name="uptime seconds"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="version",
                    field=models.PositiveIntegerField(default=1, verbose_name="version"),
                ),
                migrations.AlterField(
                    model_name="hub",
                    name="watched_until",
                    field=models.DateTimeField(null=True, verbose_name="watched until"),
                ),
            ]
        )
    ]
