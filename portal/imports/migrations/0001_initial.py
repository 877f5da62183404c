import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("claims", "0001_initial"),
        ("hub_actions", "0001_initial"),
        ("orgs", "0001_initial"),
        ("sites", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Import",
            fields=[
                ("due_at", models.DateTimeField(null=True, verbose_name="due at")),
                (
                    "timed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="timed at"
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True, verbose_name="lease until")),
                (
                    "leased_by",
                    models.CharField(blank=True, max_length=120, verbose_name="leased by"),
                ),
                ("epoch", models.PositiveIntegerField(default=0, verbose_name="epoch")),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("state", models.CharField(default="reading", max_length=12)),
                ("submission", models.UUIDField(unique=True)),
                ("digest", models.CharField(max_length=64)),
                ("again", models.CharField(max_length=1000, null=True)),
                ("name", models.CharField(blank=True, max_length=120)),
                ("sheet", models.CharField(blank=True, max_length=120)),
                ("other_sheets", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("done", models.PositiveIntegerField(default=0)),
                ("problems", models.JSONField(default=list)),
                ("head", models.JSONField(default=list)),
                ("columns", models.JSONField(default=list)),
                ("marks", models.JSONField(default=list)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("checked_at", models.DateTimeField(null=True)),
                ("run_at", models.DateTimeField(null=True)),
                ("stop_requested_at", models.DateTimeField(null=True)),
                ("moved_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("summary", models.JSONField(default=list)),
                ("rows_removed_at", models.DateTimeField(null=True)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="imports",
                        to="orgs.organisation",
                    ),
                ),
                (
                    "retry_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="retries",
                        to="imports.import",
                    ),
                ),
                (
                    "run_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sites.site",
                    ),
                ),
            ],
            options={
                "ordering": ("-created_at", "-id"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Batch",
            fields=[
                ("due_at", models.DateTimeField(null=True, verbose_name="due at")),
                (
                    "timed_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="timed at"
                    ),
                ),
                ("lease_until", models.DateTimeField(null=True, verbose_name="lease until")),
                (
                    "leased_by",
                    models.CharField(blank=True, max_length=120, verbose_name="leased by"),
                ),
                ("epoch", models.PositiveIntegerField(default=0, verbose_name="epoch")),
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "organisation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="orgs.organisation",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="batches",
                        to="imports.import",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("data", models.BinaryField()),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="imports.import",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
            },
        ),
        migrations.CreateModel(
            name="Row",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("line", models.PositiveIntegerField()),
                ("hub_text", models.CharField(blank=True, max_length=1000)),
                ("hub_id", models.UUIDField(null=True)),
                ("printed_id", models.CharField(blank=True, max_length=36)),
                ("site_text", models.CharField(blank=True, max_length=1000)),
                ("place", models.CharField(blank=True, max_length=1000)),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("state", models.CharField(default="new", max_length=12)),
                ("verdict", models.CharField(blank=True, max_length=20)),
                ("at_site", models.CharField(blank=True, max_length=128)),
                ("is_offline", models.BooleanField(default=False)),
                ("about", models.CharField(blank=True, max_length=80)),
                ("cause", models.CharField(blank=True, max_length=60)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                (
                    "action",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="import_rows",
                        to="hub_actions.hubaction",
                    ),
                ),
                (
                    "batch",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="imports.batch",
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="import_rows",
                        to="claims.claim",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="imports.import",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="sites.site",
                    ),
                ),
            ],
            options={
                "ordering": ("plan", "line"),
            },
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="import_due"
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)),
                fields=["lease_until"],
                name="import_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(fields=["organisation", "-created_at", "-id"], name="import_newest"),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["organisation", "due_at"],
                name="import_due_of_organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False), ("rows_removed_at", None)),
                fields=["finished_at"],
                name="import_with_rows",
            ),
        ),
        migrations.AddIndex(
            model_name="import",
            index=models.Index(
                condition=models.Q(("state", "ready")),
                fields=["checked_at"],
                name="import_ready",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                fields=("organisation", "number"), name="imports_are_numbered"
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["reading", "checking", "ready", "running"])),
                fields=("organisation", "digest"),
                name="one_open_import_each",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "reading",
                            "refused",
                            "checking",
                            "ready",
                            "running",
                            "finished",
                            "discarded",
                        ],
                    )
                ),
                name="import_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="import",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["claim", "bring_in", "move"])),
                name="import_kind_known",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="batch_due"
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("lease_until__isnull", False)),
                fields=["lease_until"],
                name="batch_leased",
            ),
        ),
        migrations.AddIndex(
            model_name="batch",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)),
                fields=["organisation", "due_at"],
                name="batch_due_of_organisation",
            ),
        ),
        migrations.AddIndex(
            model_name="row",
            index=models.Index(fields=["plan", "state", "line"], name="row_in_state"),
        ),
        migrations.AddIndex(
            model_name="row",
            index=models.Index(fields=["plan", "state", "verdict"], name="row_counted"),
        ),
        migrations.AddIndex(
            model_name="row",
            index=models.Index(fields=["plan", "verdict", "line"], name="row_of_verdict"),
        ),
        migrations.AddConstraint(
            model_name="row",
            constraint=models.UniqueConstraint(fields=("plan", "line"), name="one_row_each_line"),
        ),
        migrations.AddConstraint(
            model_name="row",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "new",
                            "planned",
                            "to_do",
                            "under_way",
                            "waiting",
                            "done",
                            "already",
                            "not_done",
                        ],
                    )
                ),
                name="import_row_state_known",
            ),
        ),
    ]
