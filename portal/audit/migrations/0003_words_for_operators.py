"""What operators read of the models: words alone, nothing of the database."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_guard"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterModelOptions(
                    name="entry",
                    options={
                        "ordering": ("-at",),
                        "verbose_name": "entry",
                        "verbose_name_plural": "entries",
                    },
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="acting_organisation_id",
                    field=models.UUIDField(null=True, verbose_name="acting organisation id"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="actor_id",
                    field=models.UUIDField(null=True, verbose_name="actor id"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="actor_label",
                    field=models.CharField(blank=True, max_length=254, verbose_name="actor label"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="at",
                    field=models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="at"
                    ),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="detail",
                    field=models.JSONField(default=dict, verbose_name="detail"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="object_id",
                    field=models.CharField(blank=True, max_length=64, verbose_name="object id"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="object_type",
                    field=models.CharField(blank=True, max_length=40, verbose_name="object type"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="organisation_id",
                    field=models.UUIDField(null=True, verbose_name="organisation id"),
                ),
                migrations.AlterField(
                    model_name="entry",
                    name="verb",
                    field=models.CharField(max_length=40, verbose_name="verb"),
                ),
            ]
        )
    ]
