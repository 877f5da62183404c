"""What operators read of the models: words alone, nothing of the database."""

import django.core.serializers.json
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orgs", "0003_language_of_people"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelOptions(
                    name="apicredential",
                    options={
                        "verbose_name": "api credential",
                        "verbose_name_plural": "api credentials",
                    },
                ),
                migrations.AlterModelOptions(
                    name="membership",
                    options={
                        "ordering": ("organisation__name", "user__email"),
                        "verbose_name": "membership",
                        "verbose_name_plural": "memberships",
                    },
                ),
                migrations.AlterModelOptions(
                    name="notice",
                    options={
                        "ordering": ("-created_at",),
                        "verbose_name": "notice",
                        "verbose_name_plural": "notices",
                    },
                ),
                migrations.AlterModelOptions(
                    name="organisation",
                    options={
                        "ordering": ("name",),
                        "verbose_name": "organisation",
                        "verbose_name_plural": "organisations",
                    },
                ),
                migrations.AlterModelOptions(
                    name="site",
                    options={
                        "ordering": ("name",),
                        "verbose_name": "site",
                        "verbose_name_plural": "sites",
                    },
                ),
                migrations.AlterModelOptions(
                    name="user",
                    options={
                        "ordering": ("email",),
                        "verbose_name": "user",
                        "verbose_name_plural": "users",
                    },
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="checked_at",
                    field=models.DateTimeField(
                        editable=False, null=True, verbose_name="checked at"
                    ),
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="kind",
                    field=models.CharField(
                        choices=[("normal", "Normal key"), ("super", "Super key (SpKey support)")],
                        default="normal",
                        max_length=8,
                        verbose_name="kind",
                    ),
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="masked_key",
                    field=models.CharField(
                        editable=False, max_length=16, verbose_name="masked key"
                    ),
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="organisation",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="credential",
                        to="orgs.organisation",
                        verbose_name="organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="replaced_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now,
                        editable=False,
                        verbose_name="replaced at",
                    ),
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="replaced_by",
                    field=models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="replaced by",
                    ),
                ),
                migrations.AlterField(
                    model_name="apicredential",
                    name="state",
                    field=models.CharField(
                        choices=[
                            ("unchecked", "Not checked yet"),
                            ("working", "Working"),
                            ("refused", "Refused"),
                            ("mismatch", "Belongs to another organisation"),
                            ("unreachable", "SpKey could not be reached"),
                        ],
                        default="unchecked",
                        editable=False,
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                migrations.AlterField(
                    model_name="membership",
                    name="expires_at",
                    field=models.DateTimeField(blank=True, null=True, verbose_name="expires at"),
                ),
                migrations.AlterField(
                    model_name="membership",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="orgs.organisation",
                        verbose_name="organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="membership",
                    name="role",
                    field=models.CharField(
                        choices=[("admin", "Administrator"), ("installer", "Installer")],
                        default="installer",
                        max_length=16,
                        verbose_name="role",
                    ),
                ),
                migrations.AlterField(
                    model_name="membership",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="about",
                    field=models.CharField(max_length=100, verbose_name="about"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="created_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="created at"
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="due_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="due at"
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="epoch",
                    field=models.PositiveIntegerField(default=0, verbose_name="epoch"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="facts",
                    field=models.JSONField(
                        default=dict,
                        encoder=django.core.serializers.json.DjangoJSONEncoder,
                        verbose_name="facts",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="given_up_at",
                    field=models.DateTimeField(null=True, verbose_name="given up at"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="kind",
                    field=models.CharField(
                        choices=[
                            ("key_refused", "Key refused"),
                            ("key_mismatch", "Key of another organisation"),
                            ("key_forbidden", "Key may not claim"),
                            ("late_effect", "Claim took effect late"),
                            ("review", "Claim not confirmed"),
                            ("bound_elsewhere", "Claimed for another organisation"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="lease_until",
                    field=models.DateTimeField(null=True, verbose_name="lease until"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notices",
                        to="orgs.organisation",
                        verbose_name="organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="sent_at",
                    field=models.DateTimeField(null=True, verbose_name="sent at"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="tries",
                    field=models.PositiveIntegerField(default=0, verbose_name="tries"),
                ),
                migrations.AlterField(
                    model_name="notice",
                    name="user",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                migrations.AlterField(
                    model_name="organisation",
                    name="created_at",
                    field=models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created at"
                    ),
                ),
                migrations.AlterField(
                    model_name="organisation",
                    name="name",
                    field=models.CharField(max_length=120, verbose_name="name"),
                ),
                migrations.AlterField(
                    model_name="site",
                    name="address",
                    field=models.CharField(blank=True, max_length=240, verbose_name="address"),
                ),
                migrations.AlterField(
                    model_name="site",
                    name="archived_at",
                    field=models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="archived at"
                    ),
                ),
                migrations.AlterField(
                    model_name="site",
                    name="name",
                    field=models.CharField(max_length=120, verbose_name="name"),
                ),
                migrations.AlterField(
                    model_name="site",
                    name="organisation",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sites",
                        to="orgs.organisation",
                        verbose_name="organisation",
                    ),
                ),
                migrations.AlterField(
                    model_name="user",
                    name="is_active",
                    field=models.BooleanField(default=True, verbose_name="is active"),
                ),
            ]
        )
    ]
