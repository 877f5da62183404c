"""Indexes that are made and removed while others write to their table, where a database can.

For migrations after an app's first: `atomic = False`, and nothing else in the migration. SQLite,
which one machine uses, locks its file for either.
"""

from typing import Any

from django.contrib.postgres import operations
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


def _apart(editor: BaseDatabaseSchemaEditor) -> bool:
    return editor.connection.vendor == "postgresql"


class AddIndex(operations.AddIndexConcurrently):
    """Adds an index and stops nobody meanwhile."""

    def database_forwards(
        self, app_label: str, editor: Any, before: ProjectState, after: ProjectState
    ) -> None:
        """Add it."""
        if _apart(editor):
            super().database_forwards(app_label, editor, before, after)
        else:
            migrations.AddIndex.database_forwards(self, app_label, editor, before, after)

    def database_backwards(
        self, app_label: str, editor: Any, before: ProjectState, after: ProjectState
    ) -> None:
        """Remove it."""
        if _apart(editor):
            super().database_backwards(app_label, editor, before, after)
        else:
            migrations.AddIndex.database_backwards(self, app_label, editor, before, after)


class RemoveIndex(operations.RemoveIndexConcurrently):
    """Removes an index and stops nobody meanwhile."""

    def database_forwards(
        self, app_label: str, editor: Any, before: ProjectState, after: ProjectState
    ) -> None:
        """Remove it."""
        if _apart(editor):
            super().database_forwards(app_label, editor, before, after)
        else:
            migrations.RemoveIndex.database_forwards(self, app_label, editor, before, after)

    def database_backwards(
        self, app_label: str, editor: Any, before: ProjectState, after: ProjectState
    ) -> None:
        """Add it again."""
        if _apart(editor):
            super().database_backwards(app_label, editor, before, after)
        else:
            migrations.RemoveIndex.database_backwards(self, app_label, editor, before, after)
