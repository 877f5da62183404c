"""What was written lately, written once more: for those who develop the portal.

A link's secret is made when an e-mail is sent and stands nowhere, so a preview has none.
"""

import uuid
from collections.abc import Callable
from typing import Any, Final

from django.db.models import QuerySet

from portal.notices import account_emails, digests, invitation_emails, letters, outbox
from portal.notices.models import AccountEmail, Digest, InvitationEmail, Notice, Outgoing

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


def _of_invitation(email: InvitationEmail, language: str) -> letters.Letter:
    return invitation_emails.letter_of(email, language, NOTHING)


PREVIEWS: Final[dict[str, tuple[QuerySet[Any], Preview]]] = {
    "notice": (Notice.objects.select_related("user"), _of_notice),
    "digest": (Digest.objects.select_related("user"), _of_digest),
    "account": (AccountEmail.objects.select_related("user"), _of_account),
    "invitation": (
        InvitationEmail.objects.select_related("invitation__organisation"),
        _of_invitation,
    ),
}
"""By the name in their address: which rows, and how one of them is written."""


def latest() -> list[tuple[str, Outgoing]]:
    """Return the newest e-mails of all kinds, each with the name of its kind."""
    found = [
        (kind, row)
        for kind, (rows, _) in PREVIEWS.items()
        for row in rows.order_by("-created_at")[:LATELY]
    ]
    return sorted(found, key=lambda pair: pair[1].created_at, reverse=True)[:LATELY]


def find(kind: str, pk: uuid.UUID) -> Outgoing | None:
    """Return one of them, if there is such a kind and such a row."""
    if kind not in PREVIEWS:
        return None
    found: Outgoing | None = PREVIEWS[kind][0].filter(pk=pk).first()
    return found


def letter(kind: str, row: Outgoing, language: str) -> letters.Letter:
    """Return what it says in that language."""
    return PREVIEWS[kind][1](row, language)
