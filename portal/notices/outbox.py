"""Telling administrators and operators by e-mail, once, of what actually happened.

The code that makes something happen writes the notices in the same transaction; the worker sends
them. A mail server cannot say that it has seen an e-mail before: one whose sender was killed
in between is sent again, under the same Message-ID, by which mailboxes know it for the same.

How an e-mail is written and delivered is the same for people's own: see `account_emails`.
"""

import logging
import random
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.audit.record import record
from portal.core import leasing
from portal.core.leasing import Lease, given_back
from portal.core.worker import WorkKind
from portal.notices.models import AccountEmail, Notice, Outgoing
from portal.orgs.models import ApiCredential, Membership, MembershipQuerySet, User

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

_random = random.SystemRandom()


def notify(organisation_id: uuid.UUID, kind: str, about: str, **facts: object) -> int:
    """Write a notice for each of the organisation's administrators, in the caller's transaction.

    `kind` is a `Notice.Kind`; `about` names the occasion (at most 100 characters): nobody
    gets a second notice of one kind about it. `facts` must serialise as JSON and hold no
    secret; the words of the kind in templates/notices/email/ say which they know. Return how many
    notices were made. Raises ValueError for a kind that has no words.
    """
    admins = _administrators(organisation_id).select_related("user")
    people = [admin.user for admin in admins]
    if not people:
        logger.warning("organisation %s has no administrator to tell: %s", organisation_id, kind)
    return _write(people, organisation_id, Notice.Kind(kind), about, facts)


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
    people = list(User.objects.filter(has_it | gone))
    return _write(people, organisation_id, kind, about, facts)


def _administrators(organisation_id: uuid.UUID) -> MembershipQuerySet:
    return Membership.objects.active().filter(
        organisation=organisation_id, role=Membership.Role.ADMIN
    )


def _write(
    people: list[User],
    organisation_id: uuid.UUID | None,
    kind: Notice.Kind,
    about: str,
    facts: dict[str, object],
) -> int:
    made = [
        Notice(
            organisation_id=organisation_id,
            user=person,
            address=person.email if kind in OF_POWER else "",
            kind=kind,
            about=about,
            facts=facts,
            **leasing.due_at(timezone.now()),
        )
        for person in people
    ]
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
    if not _still_concerns(notice):
        logger.info("notice %s: it is no affair of its reader's any more", notice.pk)
        give_up(lease)
    elif not deliver(lease, lambda: _email(notice)):
        _put_off(lease, notice)


def deliver[Row: Outgoing](lease: Lease[Row], write: Callable[[], EmailMessage]) -> bool:
    """Write a leased e-mail and hand it to the mail server. Return whether that took it."""
    try:
        write().send()
    except Exception as error:  # noqa: BLE001 - whatever goes wrong, the rest must be sent
        # The type alone: a mail server's words may repeat anything it was told.
        name = lease.model._meta.model_name
        logger.warning("%s %s was not sent: %s", name, lease.pk, type(error).__name__)
        return False
    _give_back(lease, None, sent_at=timezone.now())
    return True


def try_again[Row: Outgoing](lease: Lease[Row], email: Row) -> None:
    """Put an e-mail that was not sent off, for longer after each try."""
    _give_back(lease, timezone.now() + _backoff(email.tries))


def give_up[Row: Outgoing](lease: Lease[Row]) -> None:
    """Let a leased e-mail be: it is sent no more."""
    _give_back(lease, None, given_up_at=timezone.now())


def _give_back[Row: Outgoing](lease: Lease[Row], at: datetime | None, **fields: object) -> None:
    lease.row().update(tries=F("tries") + 1, **given_back(at), **fields)


def _put_off(lease: Lease[Notice], notice: Notice) -> None:
    now, tries = timezone.now(), notice.tries + 1
    if now - notice.created_at >= GIVE_UP_AFTER and tries >= GIVE_UP_TRIES:
        logger.error("notice %s is given up after %d tries", notice.pk, tries)
        give_up(lease)
    else:
        try_again(lease, notice)


def _backoff(tries: int) -> timedelta:
    """Return the wait after `tries` failures before this one: full jitter, doubling, bounded."""
    longest = min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(tries, 16)))
    return max(SHORTEST_BACKOFF, longest * _random.random())


def _still_concerns(notice: Notice) -> bool:
    if notice.kind in OF_POWER:
        return True
    return (
        Membership.objects.active_of(notice.user)
        .filter(organisation=notice.organisation_id, role=Membership.Role.ADMIN)
        .exists()
    )


def _email(notice: Notice) -> EmailMessage:
    language = notice.user.language or settings.LANGUAGE_CODE
    organisation = notice.organisation.name if notice.organisation else ""
    facts = {"place": organisation, **notice.facts, "organisation": organisation}
    return written(notice, language, facts)


def written(
    email: Notice | AccountEmail, language: str, facts: Mapping[str, object]
) -> EmailMessage:
    """Return an e-mail to its reader in that language, about these facts.

    The first line of its kind's template is the subject, the rest the text. Links begin with the
    address that the portal was given, and not with one that a request has named.
    """
    words = {name: _plain(value) for name, value in facts.items()}
    with translation.override(language):
        text = render_to_string(
            f"notices/email/{email.kind}.txt", {**words, "portal": settings.PORTAL_URL}
        )
    subject, _, body = text.strip().partition("\n")
    host = urlsplit(settings.PORTAL_URL).hostname
    return EmailMessage(
        subject.strip(),
        body.strip() + "\n",
        to=[email.recipient],
        headers={"Message-ID": f"<{email.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )


def _plain(value: object) -> object:
    """Return a text as one line of printable characters: it must not look like another line."""
    if not isinstance(value, str):
        return value
    printable = (character if character.isprintable() else " " for character in value)
    return " ".join("".join(printable).split())


NOTICES = WorkKind(
    name="notices",
    model=Notice,
    is_due=some_due,
    take=take_due,
    work=send,
    longest=lambda: LONGEST_SEND,
    priority=1,
)
