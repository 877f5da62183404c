"""`manage.py check_spkey`: has the API changed since the client was written?"""

import json
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import spkey

LARGEST: Final = 1_000_000


class Command(BaseCommand):
    """Prints what differs, and fails where the portal relies on how it was."""

    help = "Compare an OpenAPI document of SpKey's with what the portal's client knows."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the document."""
        where = "a file, or an address (https, or this machine's own)"
        parser.add_argument("document", metavar="FILE_OR_URL", help=where)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run."""
        where = options["document"]
        try:
            text = _fetched(where) if "://" in where else _file(where)
            document = json.loads(text.decode("utf-8-sig"))
        except (ValueError, RecursionError):
            raise CommandError(f"{where} is not JSON.", returncode=2) from None
        if not isinstance(document, dict) or "paths" not in document:
            raise CommandError(f"{where} is no OpenAPI document.", returncode=2)
        found = spkey.differences(document)
        for each in found:
            self.stdout.write(("! " if each.breaks else "  ") + _printable(each.sentence))
        if not found:
            self.stdout.write("Nothing has changed that the client knows of.")
        if broken := sum(each.breaks for each in found):
            raise CommandError(f"The portal relies on what is marked: {broken} in all.")


def _file(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as problem:
        reason = f"{name} cannot be read: {problem.strerror}."
        raise CommandError(reason, returncode=2) from None
    if len(text) > LARGEST:
        raise CommandError(f"{name} has more than {LARGEST} bytes.", returncode=2)
    return text


def _fetched(address: str) -> bytes:
    try:
        return spkey.fetch(address)
    except spkey.FetchError as problem:
        raise CommandError(str(problem), returncode=2) from None


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
