"""The kinds of things that the record tells of, by which it is filtered."""

from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a record is about; its words are in `display/wording.py`."""

    CLAIMS = "claims"
    SITES = "sites"
    HUBS = "hubs"
    JOBS = "jobs"
    PEOPLE = "people"
    KEY = "key"
    SIGN_IN = "sign_in"
    SUPPORT = "support"
    OTHER = "other"


# By what a verb begins with.
_OF_SUBJECTS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.CLAIMS: ("claim", "request"),
    Kind.SITES: ("site",),
    Kind.HUBS: ("hub", "place", "import"),
    Kind.JOBS: ("job", "handover"),
    Kind.PEOPLE: ("membership", "person", "invitation", "operator", "second_factor"),
    Kind.KEY: ("key", "webhook"),
    Kind.SIGN_IN: ("session", "sign_in", "password", "factor", "passkey", "codes"),
    Kind.SUPPORT: ("support",),
}
_KINDS: Final = {subject: kind for kind, subjects in _OF_SUBJECTS.items() for subject in subjects}


def kind_of(verb: str) -> Kind:
    """Return the kind of thing that a verb is about."""
    return _KINDS.get(verb.partition(".")[0], Kind.OTHER)
