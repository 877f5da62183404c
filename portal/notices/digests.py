"""The news of a day in one e-mail, for those who want it so: in the morning, once.

What is to be told is a notice like any other, which belongs to the digest of a morning (see
`mornings`) and is not due by itself. A worker that was killed in between sends it again under the
same Message-ID.
"""

from collections.abc import Sequence
from typing import Final

from django.core.mail import EmailMessage

from portal.core import leasing
from portal.core.leasing import Lease
from portal.core.worker import WorkKind
from portal.notices import letters, outbox
from portal.notices.models import Digest, Notice

# What is beyond is counted.
MOST: Final = 100


def some_due() -> bool:
    """Say whether there is a digest to lease."""
    return leasing.some_within(leasing.due(Digest.objects.all()), outbox.AT_A_TIME)


def take_due(limit: int) -> list[Lease[Digest]]:
    """Lease at most `limit` due digests, the longest due first, and only a few at a time."""
    return leasing.take_within(leasing.due(Digest.objects.all()), limit, outbox.AT_A_TIME)


def send(lease: Lease[Digest]) -> None:
    """Send a leased digest, or put it off; give it up where nothing in it concerns its reader."""
    leased = lease.row(for_at_least=outbox.LONGEST_SEND)
    digest = leased.select_related("organisation", "user").first()
    if digest is None:
        return
    told = told_in(digest)
    if not told:
        outbox.give_up(lease)
        return
    notices = [notice for notice, _ in told]
    if not outbox.deliver(lease, lambda: _email(digest, told), told=notices):
        outbox.put_off(lease, digest)


type Told = Sequence[tuple[Notice, dict[str, object]]]


def told_in(digest: Digest) -> Told:
    """Return what the digest tells of, oldest first, each with its facts as they are now."""
    mine = digest.notices.filter(given_up_at=None).order_by("created_at", "pk")
    found = []
    for notice in mine.select_related("organisation", "user"):
        facts = outbox.facts_of(notice) if outbox.still_concerns(notice) else None
        if facts is not None:
            found.append((notice, facts))
    return found


def letter_of(digest: Digest, told: Told, language: str) -> letters.Letter:
    """Return what the digest says in that language: a line for each, with its link."""
    name = f"{digest.organisation.name}: "
    news = []
    for notice, facts in told[:MOST]:
        written = outbox.letter_of(notice, facts, language)
        line = written.subject.removeprefix(name)
        news.append([line[:1].upper() + line[1:], written.link])
    facts_of_all = {"items": news, "number": len(told), "more": max(0, len(told) - MOST)}
    return letters.letter("digest", language, {**facts_of_all, **outbox.about_reader(digest)})


def _email(digest: Digest, told: Told) -> EmailMessage:
    written = letter_of(digest, told, outbox.language_of(digest.user))
    stop = outbox.stop_url(digest)
    return letters.email(written, digest.user.email, digest.pk, news_url=stop)


DIGESTS = WorkKind(
    name="digests",
    model=Digest,
    is_due=some_due,
    take=take_due,
    work=send,
    longest=lambda: outbox.LONGEST_SEND,
    priority=1,
)
