"""Bring the translations up to date with the source: `make messages`.

Writes locale/el/LC_MESSAGES/django.po, with every string of ours that people read and the
translations that it already has, and django.mo, which is what Django reads. A string that is in
the source no more leaves both. The same source gives the same files: they name no line and no date.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import django.conf
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "el"
PO = ROOT / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
# Read by developers alone: the sandbox, the demo, what commands print, what migrations remember.
NOT_OURS = re.compile(r"^portal/(sandbox|demo)/|/migrations/|/management/")
# Each function's arguments: singular, plural, context ("c"), as Babel numbers them.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NOTES = ("Translators:",)


class Translation(Catalog):
    """A catalogue whose header says what programs need, and nothing that changes by itself."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header's lines: name and value."""
        return [
            ("Project-Id-Version", "SpKey installer portal"),
            ("Language", self.locale_identifier or ""),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def sources() -> list[Path]:
    """Return the files that hold strings for people, in a fixed order."""
    found = [*ROOT.glob("portal/**/*.py"), *ROOT.glob("templates/**/*.*")]
    return sorted(path for path in found if not NOT_OURS.search(_name(path)))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _strings_of(path: Path) -> Iterator[tuple[object, list[str], str | None]]:
    """Yield each marked string of a file: singular or (singular, plural), notes, context."""
    text = path.read_text()
    if path.suffix != ".py":
        text = _as_python(templatize(text, origin=_name(path)))
    found = extract("python", io.BytesIO(text.encode()), KEYWORDS, NOTES)
    for _line, message, notes, context in found:
        yield message, notes, context


def _as_python(templatized: str) -> str:
    """Return what Django makes of a template without the indentation, which has no meaning."""
    return "\n".join(line.lstrip() for line in templatized.splitlines())


def catalogue(before: Catalog) -> Translation:
    """Return the source's strings with the translations that they had before."""
    fresh = Translation(locale=LANGUAGE, fuzzy=False, header_comment="# Greek for the portal.")
    for path in sources():
        for message, notes, context in _strings_of(path):
            fresh.add(message, locations=[(_name(path), 0)], auto_comments=notes, context=context)
    for message in fresh:
        known = before.get(message.id, message.context) if message.id else None
        # A string that has become a plural, or one no more, is translated anew.
        if known is not None and known.pluralizable == message.pluralizable:
            message.string, message.user_comments = known.string, known.user_comments
            message.flags |= known.flags & {"fuzzy"}
    return fresh


def stored() -> Catalog:
    """Return what django.po holds; nothing where there is none yet."""
    if not PO.exists():
        return Catalog(locale=LANGUAGE)
    with PO.open("rb") as file:
        return read_po(file, locale=LANGUAGE, abort_invalid=True)


def as_po(messages: Translation) -> bytes:
    """Return the catalogue as django.po holds it."""
    file = io.BytesIO()
    write_po(file, messages, width=100, include_lineno=False, ignore_obsolete=True)
    return file.getvalue().rstrip() + b"\n"


def as_mo(messages: Catalog) -> bytes:
    """Return the catalogue as Django reads it: without what is fuzzy or not translated."""
    file = io.BytesIO()
    write_mo(file, messages)
    return file.getvalue()


def main() -> int:
    """Write both files and say what is still to be translated; return the exit code."""
    if not django.conf.settings.configured:
        django.conf.settings.configure()
    messages = catalogue(stored())
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(as_po(messages))
    MO.write_bytes(as_mo(messages))
    ours = [message for message in messages if message.id]
    missing = sum(not message.string or not all(message.string) for message in ours)
    print(f"{len(ours)} strings, {missing} without a translation: {_name(PO)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
