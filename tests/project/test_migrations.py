"""What a migration may do while the version before it serves: the linter of `make check`."""

import importlib.util
import subprocess
from pathlib import Path

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from portal.core import concurrently

ROOT = Path(__file__).resolve().parents[2]


def linter():
    spec = importlib.util.spec_from_file_location("linter", ROOT / "bin/lint_migrations.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


lint = linter()

BEFORE = migrations.CreateModel(
    "Lamp",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=40)),
        ("note", models.CharField(max_length=40, null=True)),
        ("watts", models.DecimalField(max_digits=6, decimal_places=2)),
        ("kind", models.CharField(max_length=8, db_default="led")),
    ],
)
OTHER = migrations.CreateModel("Room", [("id", models.BigAutoField(primary_key=True))])
INDEX = models.Index(fields=("name",), name="lamp_name")


def said(*operations: Operation, name: str = "0002_more", **more: object) -> list[str]:
    """Return what the linter says of a migration with these operations."""
    state = ProjectState()
    for made in (BEFORE, OTHER):
        made.state_forwards("lamps", state)
    kind = type("Migration", (migrations.Migration,), {"operations": list(operations), **more})
    return list(lint.complaints(kind(name, "lamps"), state))


def add(field: models.Field) -> Operation:
    return migrations.AddField("lamp", "added", field)


def alter(name: str, field: models.Field) -> Operation:
    return migrations.AlterField("lamp", name, field)


BAD = {
    "not null": add(models.CharField(max_length=8)),
    "not null, with Python's default": add(models.CharField(max_length=8, default="x")),
    "a flag with Python's default": add(models.BooleanField(default=False)),
    "a key to another table, with its index": add(
        models.ForeignKey("Room", models.CASCADE, null=True)
    ),
    "null, indexed": add(models.CharField(max_length=8, null=True, db_index=True)),
    "null, unique": add(models.UUIDField(null=True, unique=True)),
    "removed": migrations.RemoveField("lamp", "note"),
    "renamed": migrations.RenameField("lamp", "note", "remark"),
    "table renamed": migrations.RenameModel("Lamp", "Light"),
    "table renamed in the database": migrations.AlterModelTable("lamp", "lights"),
    "table removed": migrations.DeleteModel("Room"),
    "null no more": alter("note", models.CharField(max_length=40, default="")),
    "shorter": alter("name", models.CharField(max_length=39)),
    "bounded": alter("name", models.CharField(max_length=1)),
    "fewer digits": alter("watts", models.DecimalField(max_digits=5, decimal_places=2)),
    "another kind": alter("name", models.IntegerField()),
    "another column": alter("name", models.CharField(max_length=40, db_column="called")),
    "unique": alter("name", models.CharField(max_length=40, unique=True)),
    "indexed": alter("name", models.CharField(max_length=40, db_index=True)),
    "without the database's default": alter("kind", models.CharField(max_length=8)),
    "index": migrations.AddIndex("lamp", INDEX),
    "index removed": migrations.RemoveIndex("lamp", "lamp_name"),
    "constraint": migrations.AddConstraint(
        "lamp", models.CheckConstraint(condition=models.Q(name__gt=""), name="lamp_named")
    ),
    "unique together": migrations.AlterUniqueTogether("lamp", {("name", "note")}),
    "SQL": migrations.RunSQL("SELECT 1"),
    "Python": migrations.RunPython(migrations.RunPython.noop),
    "hidden": migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RemoveField("lamp", "note")]
    ),
}
GOOD = {
    "null": add(models.CharField(max_length=8, null=True)),
    "with the database's default": add(models.CharField(max_length=8, db_default="")),
    "a flag with the database's default": add(models.BooleanField(db_default=False)),
    "a key to another table, without an index": add(
        models.ForeignKey("Room", models.CASCADE, null=True, db_index=False)
    ),
    "many to many": add(models.ManyToManyField("Room")),
    "longer": alter("name", models.CharField(max_length=41)),
    "null from now on": alter("name", models.CharField(max_length=40, null=True)),
    "other words": alter("name", models.CharField("called", max_length=40)),
    "more digits": alter("watts", models.DecimalField(max_digits=8, decimal_places=2)),
    "index beside": concurrently.AddIndex("lamp", INDEX),
    "constraint removed": migrations.RemoveConstraint("lamp", "lamp_named"),
    "new table": migrations.CreateModel("Shade", [("id", models.BigAutoField(primary_key=True))]),
    "options": migrations.AlterModelOptions("lamp", {"verbose_name": "light"}),
    "in models alone": migrations.SeparateDatabaseAndState(
        state_operations=[migrations.RemoveField("lamp", "note")]
    ),
}


@pytest.mark.parametrize("operation", BAD.values(), ids=BAD)
def test_what_the_old_version_cannot_live_with_is_found(operation):
    [complaint] = said(operation)
    assert complaint.startswith("lamps.0002_more: ")


@pytest.mark.parametrize("operation", GOOD.values(), ids=GOOD)
def test_what_it_can_live_with_is_let_through(operation):
    assert said(operation) == []


@pytest.mark.parametrize("operation", BAD.values(), ids=BAD)
def test_who_has_thought_of_it_says_so(operation):
    assert said(operation, beside_the_old_version="Nothing has used it since 1.4.") == []
    assert said(operation, beside_the_old_version="fine")


@pytest.mark.parametrize("operation", BAD.values(), ids=BAD)
def test_the_first_migration_of_an_app_is_for_nobody(operation):
    assert said(operation, name="0001_initial") == []


def test_a_table_that_the_migration_makes_is_nobodys_yet():
    new = migrations.CreateModel("Shade", [("id", models.BigAutoField(primary_key=True))])
    field = migrations.AddField("shade", "name", models.CharField(max_length=8))
    index = migrations.AddIndex("shade", models.Index(fields=("name",), name="shade_name"))
    assert said(new, field, index) == []


def test_each_wrong_operation_is_told_of():
    assert len(said(BAD["removed"], GOOD["null"], BAD["index"])) == 2


def test_what_comes_later_is_judged_by_what_came_before_in_the_migration():
    longer = alter("name", models.CharField(max_length=60))
    assert len(said(longer, alter("name", models.CharField(max_length=50)))) == 1


@pytest.mark.slow
def test_our_own_migrations_are_as_they_should_be():
    command = ["bin/as-production", ".venv/bin/python", "bin/lint_migrations.py"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.django_db(transaction=True)
def test_an_index_is_added_and_removed_on_either_database():
    from portal.core.models import Slot  # noqa: PLC0415

    index = models.Index(fields=("tries",), name="slot_tries_tried")
    before = ProjectState.from_apps(migrations.state.global_apps)
    add_it = concurrently.AddIndex("slot", index)
    after = before.clone()
    add_it.state_forwards("core", after)
    remove = concurrently.RemoveIndex("slot", index.name)

    def names() -> set[str]:
        with connection.cursor() as cursor:
            table = Slot._meta.db_table
            return set(connection.introspection.get_constraints(cursor, table))

    with connection.schema_editor(atomic=False) as editor:
        add_it.database_forwards("core", editor, before, after)
    assert index.name in names()
    with connection.schema_editor(atomic=False) as editor:
        remove.database_forwards("core", editor, after, before)
    assert index.name not in names()
