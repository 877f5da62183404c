"""How much one person, or one organisation, may ask for.

A tray of hundreds passes. Beyond, each lookup and claim wears out what SpKey allows the
organisation's key, and who tries ids to see whose they are is slowed, stopped, and told of.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from portal.core.throttle import Limit, once
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership, Organisation, User

HOUR: Final = 3600
OF_ORGANISATION: Final = 10
# Ids that SpKey does not know, of one person: from SUSPECT on slowly, beyond the limit not at all.
SUSPECT: Final = 20
UNKNOWN: Final = Limit("unknown hubs", most=40, seconds=600)
REMEMBERED: Final = timedelta(days=1)
SLOWLY: Final = Limit("lookups of one who is suspect", most=1, seconds=10)


def take_lookups(member: Membership, number: int) -> None:
    """Count hubs that the member has looked up. Raises LimitReachedError beyond their limit."""
    if number:
        mind_unknown(member.user)
        _take("lookups", settings.LOOKUPS_AN_HOUR, member, number)


def take_claims(member: Membership, number: int = 1) -> None:
    """Count hubs that the member has claimed. Raises LimitReachedError beyond their limit."""
    if number:
        mind_unknown(member.user)
        _take("claims", settings.CLAIMS_AN_HOUR, member, number)


def take_tries(member: Membership, number: int = 1) -> None:
    """Count claims that the member asks to try at once: as many as they may claim, besides those.

    Raises LimitReachedError beyond their limit.
    """
    if number:
        _take("tries", settings.CLAIMS_AN_HOUR, member, number)


def _take(name: str, an_hour: int, member: Membership, number: int) -> None:
    of_all = Limit(f"{name} of an organisation", most=OF_ORGANISATION * an_hour, seconds=HOUR)
    with transaction.atomic():
        Limit(name, most=an_hour, seconds=HOUR).take(str(member.user_id), number)
        of_all.take(str(member.organisation_id), number)


def mind_unknown(person: User) -> None:
    """Raises LimitReachedError where the person has asked after so many unknown things.

    From SUSPECT on they are let through slowly, from the limit on for a while not at all.
    """
    unknown = UNKNOWN.used(str(person.pk))
    if unknown >= UNKNOWN.most:
        UNKNOWN.refuse()
    if unknown >= SUSPECT:
        SLOWLY.take(str(person.pk))


def count_unknown(person: User, organisation: Organisation, hub_ids: set[str]) -> None:
    """Count that the person is told of these hubs that nobody knows them, once each.

    Administrators and operators are told of somebody who asks after many. Raises
    LimitReachedError when the person is to be told of no more of them for a while.
    """
    for hub_id in hub_ids:
        _count_once(person, organisation, hub_id)


@transaction.atomic
def _count_once(person: User, organisation: Organisation, hub_id: str) -> None:
    whom = str(person.pk)
    if not once("unknown hub", f"{whom} {hub_id}", within=REMEMBERED):
        return
    UNKNOWN.take(whom)
    is_suspect = UNKNOWN.used(whom) >= SUSPECT
    if is_suspect and once("unknown hubs told of", whom, within=UNKNOWN.length):
        occasion = f"{whom}.{UNKNOWN.since()}"
        kind = Notice.Kind.UNKNOWN_HUBS
        name = person.display_name
        outbox.notify(organisation.pk, kind, occasion, person=name)
        outbox.notify_operators(kind, occasion, person=name, place=organisation.name)
