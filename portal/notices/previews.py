"""What was written lately, written once more: for those who develop the portal.

A link's secret is made when an e-mail is sent and stands nowhere, so a preview has none.
"""

import uuid
from collections.abc import Callable
from typing import Any, Final

from portal.notices import account_emails, digests, letters, outbox
from portal.notices.models import AccountEmail, Digest, Notice, Outgoing

LATELY: Final = 20
NOTHING: Final = "a-b"

type Preview = Callable[[Any, str], letters.Letter]


def _of_notice(notice: Notice, language: str) -> letters.Letter:
    facts = outbox.facts_of(notice) or {**notice.facts, "number": 1, "sites": "…"}
    return outbox.letter_of(notice, facts, language)


def _of_digest(digest: Digest, language: str) -> letters.Letter:
    return digests.letter_of(digest, digests.told_in(digest), language)


def _of_account(email: AccountEmail, language: str) -> letters.Letter:
    return account_emails.letter_of(email, language, NOTHING)


PREVIEWS: Final[dict[str, tuple[type[Outgoing], Preview]]] = {
    "notice": (Notice, _of_notice),
    "digest": (Digest, _of_digest),
    "account": (AccountEmail, _of_account),
}
"""By the name in their address: which rows, and how one of them is written."""


def latest() -> list[tuple[str, Outgoing]]:
    """Return the newest e-mails of all kinds, each with the name of its kind."""
    found = [
        (kind, row)
        for kind, (model, _) in PREVIEWS.items()
        for row in model._default_manager.select_related("user").order_by("-created_at")[:LATELY]
    ]
    return sorted(found, key=lambda pair: pair[1].created_at, reverse=True)[:LATELY]


def find(kind: str, pk: uuid.UUID) -> Outgoing | None:
    """Return one of them, if there is such a kind and such a row."""
    if kind not in PREVIEWS:
        return None
    return PREVIEWS[kind][0]._default_manager.select_related("user").filter(pk=pk).first()


def letter(kind: str, row: Outgoing, language: str) -> letters.Letter:
    """Return what it says in that language."""
    return PREVIEWS[kind][1](row, language)
