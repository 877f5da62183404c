"""Finds what a migration does that the version before it, which still serves, cannot live with.

While a new version is deployed, its migrations run first and the old version goes on for minutes:
it writes rows without a new column, reads columns that are gone, and waits for tables that are
locked. What can only be done in two releases says so in the migration:

    class Migration(migrations.Migration):
        beside_the_old_version = "Nothing has read or written the column since 1.4."

An app's first migration makes its tables for nobody, and is passed over. No database is asked.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

import django  # noqa: E402
from django.apps import apps  # noqa: E402
from django.contrib.postgres import operations as postgres  # noqa: E402
from django.db import migrations, models  # noqa: E402
from django.db.migrations.loader import MigrationLoader  # noqa: E402
from django.db.migrations.operations.base import Operation  # noqa: E402
from django.db.migrations.state import ProjectState  # noqa: E402

# How much of a reason is one.
LEAST_WORDS = 4
TWO_STEPS = "do it in two releases, and say in `beside_the_old_version` why this is the second"
# What the old version would miss, or write against; and what nobody can judge from here.
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.DeleteModel,
    migrations.AlterModelTable,
)
REFUSES = (
    migrations.AddConstraint,
    migrations.AlterUniqueTogether,
    migrations.AlterOrderWithRespectTo,
)
UNKNOWN = (migrations.RunSQL, migrations.RunPython)
LOCKS = (migrations.AddIndex, migrations.RemoveIndex, migrations.AlterIndexTogether)
CONCURRENT = (postgres.AddIndexConcurrently, postgres.RemoveIndexConcurrently)


def complaints(migration: migrations.Migration, state: ProjectState) -> Iterator[str]:
    """Yield what is wrong with a migration; `state` is that of the models before it."""
    if is_first(migration) or says_why(migration):
        return
    state, made = state.clone(), set()
    for operation in flat(migration.operations):
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        elif model_of(operation) not in made and (
            problem := problem_of(operation, migration, state)
        ):
            yield f"{migration}: {operation.describe()}: {problem}"
        operation.state_forwards(migration.app_label, state)


def is_first(migration: migrations.Migration) -> bool:
    """Whether nobody has served with the app's tables before it."""
    return bool(migration.initial) or migration.name.startswith("0001")


def says_why(migration: migrations.Migration) -> bool:
    """Whether somebody has thought of the old version, and says what."""
    return len(str(getattr(migration, "beside_the_old_version", "")).split()) >= LEAST_WORDS


def flat(operations: list[Operation]) -> Iterator[Operation]:
    """Yield what is done to the database."""
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from flat(operation.database_operations)
        else:
            yield operation


def model_of(operation: Operation) -> str:
    """Return the name of the operation's model; "" where it has none."""
    return str(getattr(operation, "model_name", getattr(operation, "name", "")) or "").lower()


def problem_of(
    operation: Operation, migration: migrations.Migration, state: ProjectState
) -> str | None:
    """Return what the old version cannot live with, None where there is nothing."""
    match operation:
        case migrations.AddField():
            return of_new_field(operation.field)
        case migrations.AlterField():
            of_model = state.models[migration.app_label, operation.model_name_lower]
            return of_changed_field(of_model.fields[operation.name], operation.field)
    if isinstance(operation, TAKES_AWAY):
        return f"the old version still uses it: {TWO_STEPS}"
    if isinstance(operation, REFUSES):
        return f"it may refuse what the old version writes, and reads the whole table: {TWO_STEPS}"
    if isinstance(operation, UNKNOWN):
        return "say in `beside_the_old_version` what it means for the old version"
    if isinstance(operation, LOCKS) and not isinstance(operation, CONCURRENT):
        return "it keeps everybody from writing: take that of portal.core.concurrently"
    return None


def of_new_field(field: models.Field) -> str | None:
    """Return what is wrong with a field that is added to a table in use."""
    if field.many_to_many or isinstance(field, models.GeneratedField):
        return None
    if not field.null and not field.has_db_default():
        return "the old version writes rows without it: let it be null, or have a db_default"
    if field.unique or field.db_index:
        return "its index keeps everybody from writing: add it by portal.core.concurrently"
    return None


def of_changed_field(old: models.Field, new: models.Field) -> str | None:
    """Return what is wrong with a field that becomes another: what it takes less than before."""
    if old.null and not new.null:
        return f"the old version may still write none: {TWO_STEPS}"
    if old.has_db_default() and not new.has_db_default():
        return f"the old version may still leave it out: {TWO_STEPS}"
    if old.get_internal_type() != new.get_internal_type():
        return f"the table is written anew, and the old version reads another kind: {TWO_STEPS}"
    if is_shorter(old.max_length, new.max_length):
        return f"the old version may still write longer ones: {TWO_STEPS}"
    if is_shorter(getattr(old, "max_digits", None), getattr(new, "max_digits", None)):
        return f"the old version may still write longer ones: {TWO_STEPS}"
    if old.db_column != new.db_column:
        return f"the old version still uses the column: {TWO_STEPS}"
    if new.unique and not old.unique:
        return f"it may refuse what the old version writes, and reads the whole table: {TWO_STEPS}"
    if new.db_index and not old.db_index:
        return "its index keeps everybody from writing: add it by portal.core.concurrently"
    return None


def is_shorter(old: int | None, new: int | None) -> bool:
    """Whether less fits than before. None is no bound."""
    return new is not None and (old is None or new < old)


def main() -> int:
    """Look at every migration of ours; return how the process ends."""
    django.setup()
    loader = MigrationLoader(None)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("portal.")}
    found = [
        complaint
        for key, migration in sorted(loader.disk_migrations.items())
        if key[0] in ours
        for complaint in complaints(migration, loader.project_state(key, at_end=False))
    ]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
