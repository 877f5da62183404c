"""Telling administrators and operators by e-mail, once, of what actually happened.

The code that makes something happen writes the notices in the same transaction; the worker sends
them. A mail server cannot say that it has seen an e-mail before: one whose sender was killed
in between is sent again, under the same Message-ID, by which mailboxes know it for the same.

How an e-mail is written stands in `letters`; it is delivered the same way for people's own
(`account_emails`) and for the news of a day (`digests`), which `topics` says who wants.
"""

import logging
import random
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.audit.record import record
from portal.core import leasing
from portal.core.leasing import Lease, given_back
from portal.core.worker import WorkKind
from portal.notices import letters, mornings, topics
from portal.notices.models import Digest, How, Notice, Outgoing
from portal.orgs.models import ApiCredential, Membership, User
from portal.orgs.models.organisations import MembershipQuerySet

logger = logging.getLogger(__name__)

# A mail server that does not answer must not use up the worker.
AT_A_TIME: Final = 3
# A conversation with a slow mail server has a dozen steps, of which each has its own timeout.
LONGEST_SEND: Final = timedelta(minutes=2)
FIRST_BACKOFF: Final = timedelta(seconds=30)
LONGEST_BACKOFF: Final = timedelta(minutes=15)
SHORTEST_BACKOFF: Final = timedelta(seconds=5)
# Both must be reached: a clock that leaps, or a machine that slept, ends nothing by itself.
GIVE_UP_AFTER: Final = timedelta(hours=48)
GIVE_UP_TRIES: Final = 12
TOLD_AFTERWARDS: Final = timedelta(days=7)
OF_POWER: Final = frozenset({Notice.Kind.OPERATOR_CHANGE, Notice.Kind.ADMINISTRATORS})

NEWS_PATH: Final = "/accounts/news/"

FRESH: Final[dict[str, Callable[[Notice], dict[str, object] | None]]] = {}
"""For what is told together: what a kind of notice counts only when it is sent, by its room."""
# They print, keep or drop what they are given: nobody reads it in a mailbox.
WITHOUT_MAILBOX: Final = ("console", "dummy", "filebased", "terminal")

_random = random.SystemRandom()


def reaches_mailboxes() -> bool:
    """Say whether a mail server is configured; else administrators pass links on themselves."""
    backend: str = settings.MAILERS["default"]["BACKEND"]
    return backend.split(".")[-2] not in WITHOUT_MAILBOX


@transaction.atomic
def notify(
    organisation_id: uuid.UUID,
    kind: str,
    about: str,
    *,
    not_before: datetime | None = None,
    and_to: Iterable[User] = (),
    to_administrators: bool = True,
    **facts: object,
) -> int:
    """Write a notice for each of the organisation's administrators, in the caller's transaction.

    `kind` is a `Notice.Kind`; `about` names the occasion (at most 100 characters): nobody
    gets a second notice of one kind about it. `facts` must serialise as JSON and hold no
    secret; the words of the kind in templates/notices/email/ say which they know. `and_to` are
    others whom it concerns, where `topics` lets them be told of that kind: they alone, without
    `to_administrators`. `not_before` is for what is told together. Who wants such news once a day
    has it in their digest, who wants none has none. Return how many notices were made. Raises
    ValueError for a kind that has no words.
    """
    active = Membership.objects.active().filter(organisation=organisation_id)
    concerned = Q(user__in=list(and_to))
    if to_administrators:
        concerned |= Q(role=Membership.Role.ADMIN)
    members = list(active.filter(concerned).select_related("user"))
    if to_administrators and not any(member.role == Membership.Role.ADMIN for member in members):
        logger.warning("organisation %s has no administrator to tell: %s", organisation_id, kind)
    ways = _ways(members, kind)
    at = leasing.due_at(not_before or timezone.now())
    made = [
        Notice(
            organisation_id=organisation_id,
            user=member.user,
            kind=Notice.Kind(kind),
            about=about,
            facts=facts,
            **(at if ways[member.user_id] == How.INSTANT else _together(member)),
        )
        for member in members
        if member.user_id in ways
    ]
    return _write(made, organisation_id, Notice.Kind(kind), about)


def _ways(members: Iterable[Membership], kind: str) -> dict[uuid.UUID, How]:
    """Return how those of the members are told of such news who may have it, and want it."""
    told = [member for member in members if topics.is_for(member, kind)]
    return {user: how for user, how in topics.ways(told, kind).items() if how != How.OFF}


def notify_member(member: Membership, kind: str, about: str, **facts: object) -> int:
    """Write a notice for this member alone, of what they have asked for, as `notify` does."""
    notice = Notice(
        organisation_id=member.organisation_id,
        user=member.user,
        kind=Notice.Kind(kind),
        about=about,
        facts=facts,
        **leasing.due_at(timezone.now()),
    )
    return _write([notice], member.organisation_id, Notice.Kind(kind), about)


def _together(member: Membership) -> dict[str, Any]:
    """Return the fields of a notice that the member is told of with their next digest."""
    return {"digest": mornings.next_digest(member), **leasing.due_at(None)}


def notify_of_power(organisation_id: uuid.UUID | None, about: str, **facts: object) -> int:
    """Write a notice of who has power, or of what they do with it, to those who had it before.

    To the organisation's administrators, or without one to the operators; called before the
    change, and to where each of them is written to before it. `gone` in `facts` is the id of who
    has it no more: they are told for a week all the same, or one could put them aside first.
    """
    kind = Notice.Kind.ADMINISTRATORS if organisation_id else Notice.Kind.OPERATOR_CHANGE
    recent = Notice.objects.filter(
        organisation=organisation_id,
        kind=kind,
        created_at__gte=timezone.now() - TOLD_AFTERWARDS,
        facts__has_key="gone",
    )
    gone = Q(pk__in=set(recent.values_list("facts__gone", flat=True)))
    if organisation_id:
        has_it = Q(pk__in=_administrators(organisation_id).values("user"))
    else:
        has_it = Q(is_staff=True, is_active=True)
    at = leasing.due_at(timezone.now())
    made = [
        Notice(
            organisation_id=organisation_id,
            user=person,
            address=person.email,
            kind=kind,
            about=about,
            facts=facts,
            **at,
        )
        for person in User.objects.filter(has_it | gone)
    ]
    return _write(made, organisation_id, kind, about)


def notify_operators(kind: str, about: str, **facts: object) -> int:
    """Write a notice for each operator of the portal, as `notify` does for administrators."""
    made = [
        Notice(
            user=person,
            kind=Notice.Kind(kind),
            about=about,
            facts=facts,
            **leasing.due_at(timezone.now()),
        )
        for person in User.objects.filter(is_staff=True, is_active=True)
    ]
    return _write(made, None, Notice.Kind(kind), about)


def _administrators(organisation_id: uuid.UUID) -> MembershipQuerySet:
    return Membership.objects.active().filter(
        organisation=organisation_id, role=Membership.Role.ADMIN
    )


def _write(
    made: list[Notice], organisation_id: uuid.UUID | None, kind: Notice.Kind, about: str
) -> int:
    with transaction.atomic():
        Notice.objects.bulk_create(made, ignore_conflicts=True)
        # Those of another transaction, or an earlier call, have other ids than ours.
        written = Notice.objects.filter(pk__in=[notice.pk for notice in made])
        told = sorted(written.values_list("user__email", flat=True))
        if told:
            record(
                "notice.told",
                actor=None,
                organisation_id=organisation_id,
                kind=str(kind),
                about=about,
                people=told,
            )
    return len(told)


def administrators_know_of(credential: ApiCredential) -> bool:
    """Say whether administrators have been told that SpKey refuses this very key."""
    return Notice.objects.filter(
        organisation=credential.organisation_id,
        kind=f"key_{credential.state}",
        created_at__gte=credential.sent_since,
        sent_at__isnull=False,
    ).exists()


def some_due() -> bool:
    """Say whether there is a notice to lease: a read, where leasing is a write."""
    return leasing.some_within(leasing.due(Notice.objects.all()), AT_A_TIME)


def take_due(limit: int) -> list[Lease[Notice]]:
    """Lease at most `limit` due notices, the longest due first, and only a few at a time."""
    return leasing.take_within(leasing.due(Notice.objects.all()), limit, AT_A_TIME)


def send(lease: Lease[Notice]) -> None:
    """Send a leased notice, or put it off. One whose lease is lost is left to its new holder.

    Somebody who is no administrator any more is told nothing: it is given up. But who was one, or
    an operator, before a change of power is told of it: see `notify_of_power`.
    """
    leased = lease.row(for_at_least=LONGEST_SEND)
    notice = leased.select_related("organisation", "user").first()
    if notice is None:
        return
    facts = facts_of(notice) if still_concerns(notice) else None
    if facts is None:
        logger.info("notice %s: it is no affair of its reader's any more", notice.pk)
        give_up(lease)
    elif not deliver(lease, lambda: _email(notice, facts)):
        put_off(lease, notice)


def deliver[Row: Outgoing](
    lease: Lease[Row], write: Callable[[], EmailMessage], *, told: Sequence[Notice] = ()
) -> bool:
    """Write a leased e-mail and hand it to the mail server. Return whether that took it.

    `told` are the notices that it tells of: they are sent with it.
    """
    try:
        write().send()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the rest must be sent
        # The type alone: a mail server's words may repeat anything it was told.
        name = lease.model._meta.model_name
        logger.warning("%s %s was not sent: %s", name, lease.pk, type(error).__name__)
        return False
    with transaction.atomic():
        _give_back(lease, None, sent_at=timezone.now())
        if told:
            Notice.objects.filter(pk__in=[each.pk for each in told]).update(sent_at=timezone.now())
    return True


def try_again[Row: Outgoing](lease: Lease[Row], email: Row) -> None:
    """Put an e-mail that was not sent off, for longer after each try."""
    _give_back(lease, timezone.now() + _backoff(email.tries))


def give_up[Row: Outgoing](lease: Lease[Row]) -> None:
    """Let a leased e-mail be: it is sent no more."""
    _give_back(lease, None, given_up_at=timezone.now())


def _give_back[Row: Outgoing](lease: Lease[Row], at: datetime | None, **fields: object) -> None:
    lease.row().update(tries=F("tries") + 1, **given_back(at), **fields)


def put_off[Row: Outgoing](lease: Lease[Row], email: Row) -> None:
    """Put an e-mail that was not sent off, or give it up when it was tried for long enough."""
    now, tries = timezone.now(), email.tries + 1
    if now - email.created_at >= GIVE_UP_AFTER and tries >= GIVE_UP_TRIES:
        name = lease.model._meta.model_name
        logger.error("%s %s is given up after %d tries", name, email.pk, tries)
        give_up(lease)
    else:
        try_again(lease, email)


def _backoff(tries: int) -> timedelta:
    """Return the wait after `tries` failures before this one: full jitter, doubling, bounded."""
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(tries, 16)))
    return max(SHORTEST_BACKOFF, longest * _random.random())


def still_concerns(notice: Notice) -> bool:
    """Say whether the notice's reader is still to be told, and still wants to be."""
    if notice.kind in OF_POWER:
        return True
    if notice.organisation_id is None:
        return notice.user.is_staff and notice.user.is_active
    member = Membership.objects.active_of(notice.user).filter(organisation=notice.organisation_id)
    found = member.first()
    if found is None or not topics.is_for(found, notice.kind):
        return False
    return topics.ways([found], notice.kind)[found.user_id] != How.OFF


def facts_of(notice: Notice) -> dict[str, object] | None:
    """Return what the notice is about, as it is now; None where nothing is left to be told."""
    if notice.kind not in FRESH:
        return {**notice.facts}
    fresh = FRESH[notice.kind](notice)
    return None if fresh is None else {**notice.facts, **fresh}


def letter_of(notice: Notice, facts: Mapping[str, object], language: str) -> letters.Letter:
    """Return what the notice says in that language."""
    about = about_reader(notice)
    place = {"place": about["organisation"]}
    return letters.letter(notice.kind, language, {**place, **facts, **about})


def about_reader(email: Notice | Digest) -> dict[str, object]:
    """Return what every e-mail about an organisation knows: whose it is, and how to stop it.

    `for_admin`: its reader administers the organisation.
    """
    organisation = email.organisation
    if organisation is None:
        return {"organisation": ""}
    return {
        "organisation": organisation.name,
        "for_admin": _administrators(organisation.pk).filter(user=email.user).exists(),
        "news": stop_url(email),
    }


def stop_url(email: Notice | Digest) -> str:
    """Return where the reader stops such e-mails; "" where nobody can."""
    kind = email.kind if isinstance(email, Notice) else None
    can_stop = kind is None or kind in topics.TOPIC_OF
    return news_url(email.organisation_id) if can_stop and email.organisation_id else ""


def news_url(organisation_id: uuid.UUID) -> str:
    """Return where a member chooses which e-mails they get of the organisation."""
    return f"{settings.PORTAL_URL}{NEWS_PATH}?organisation={organisation_id}"


def language_of(person: User) -> str:
    """Return the language in which the person is written to."""
    return person.language or settings.LANGUAGE_CODE


def _email(notice: Notice, facts: Mapping[str, object] | None = None) -> EmailMessage:
    written = letter_of(notice, facts or notice.facts, language_of(notice.user))
    return letters.email(written, notice.recipient, notice.pk, news_url=stop_url(notice))


NOTICES = WorkKind(
    name="notices",
    model=Notice,
    is_due=some_due,
    take=take_due,
    work=send,
    longest=lambda: LONGEST_SEND,
    priority=1,
)
