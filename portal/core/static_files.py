"""Static files in production: named by their content, and compressed.

A file that names another is renamed with it: a style sheet that names a picture, a module that
imports a module. What scripts put together themselves (a worker's address, the decoder's) has to
be handed to them in the page, where `{% static %}` knows the name.
"""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

VENDOR = "vendor/"


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # It has no types.
    """Hashed names, in modules as well; what Node's packages would bring may be missing.

    A module's name changes with those of the modules that it imports, so the longest chain of
    imports needs as many passes. Modules that import each other never come to rest: collectstatic
    says so.
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        """Return the name with the hash in it; of a package that is not installed, as it is."""
        if name.startswith(VENDOR) and content is None and not self.exists(filename or name):
            return name
        return str(super().hashed_name(name, content, filename))
