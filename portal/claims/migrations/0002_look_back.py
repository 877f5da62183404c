"""Times that a clock put back is seen by, and looking back at claims that ended badly."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="late_effect_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="claim",
            name="look_back_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="claim",
            name="timed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="claim",
            name="leased_by",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("look_back_at__isnull", False)),
                fields=["look_back_at"],
                name="claim_look_back_due",
            ),
        ),
    ]
