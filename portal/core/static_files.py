"""Static files in production: named by their content, compressed, ours without comments.

A file that names another is renamed with it: a style sheet that names a picture, a module that
imports a module. What scripts put together themselves (a worker's address, the decoder's) has to
be handed to them in the page, where `{% static %}` knows the name.

Comments, types and indentation are for readers of the source, and would be a quarter of what a
telephone loads. Their lines stay, empty, so that an error names the line of the source.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR: Final = "vendor/"
OURS: Final = re.compile(r"js/.*\.js|css/.*\.css")
# Comments that have their lines to themselves, and what lines begin with. No text of ours may go
# over lines, where it might hold either.
COMMENT: Final = re.compile(
    r"^[ \t]*(?:/\*(?:(?!\*/).)*\*/[ \t]*$|//[^\n]*$)", re.DOTALL | re.MULTILINE
)
INDENTATION: Final = re.compile(r"^[ \t]+", re.MULTILINE)


def without_comments(source: str) -> str:
    """Return the script, or the style sheet, with empty lines in the place of comments.

    >>> without_comments("// What it does.\\nact(); // now\\n")
    '\\nact(); // now\\n'
    >>> without_comments("/* What\\n * it is. */\\n.row {\\n  gap: 0;\\n}\\n")
    '\\n\\n.row {\\ngap: 0;\\n}\\n'
    """
    bare = COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), source)
    return INDENTATION.sub("", bare)


class WithoutComments:
    """What collectstatic reads a file of ours from, in the place of where it lies."""

    def __init__(self, source: Storage) -> None:
        self._source = source

    def open(self, path: str) -> ContentFile[bytes]:
        """Return the file as it is to be served."""
        with self._source.open(path) as file:
            content: bytes = file.read()
        return ContentFile(without_comments(content.decode()).encode())


class ProductionStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # No types.
    """Hashed names, in modules as well; what Node's packages would bring may be missing.

    A module's name changes with those of the modules that it imports, so the longest chain of
    imports needs as many passes. Modules that import each other never come to rest: collectstatic
    says so.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Of what a page names, dozens of times: found once, until files are collected anew.
        self._addresses: dict[str | None, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        """Return the address of a file, with the hash of its content in the name."""
        known = self._addresses.get(name)
        if known is None:
            known = self._addresses[name] = str(super().url(name, force))
        return known

    def post_process(
        self, paths: dict[str, tuple[Any, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        """As Django's, with ours as they are to be served."""
        self._addresses.clear()
        served = {
            name: (WithoutComments(source), path) if OURS.fullmatch(name) else (source, path)
            for name, (source, path) in paths.items()
        }
        yield from super().post_process(served, dry_run=dry_run, **options)
        self._addresses.clear()

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Return the name with the hash in it; of a package that is not installed, as it is."""
        if name.startswith(VENDOR) and content is None and not self.exists(filename or name):
            return name
        return str(super().hashed_name(name, content, filename))
