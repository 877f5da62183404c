"""How much one person, or one organisation, may ask for.

A tray of hundreds passes. Beyond, each lookup and claim wears out what SpKey allows the
organisation's key, and who tries ids to see whose they are is slowed, stopped, and told of.
"""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from portal.claims.engine import actions
from portal.claims.models import Claim
from portal.consent import brakes
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
# Of a file of thousands, some ids are misprints, and some hubs not delivered yet. One id in so many
# may be unknown in it without anybody being suspect, but of all of a person's files in a day no
# more than the largest file has such: else guesses could hide among ids that are known. What is
# beyond counts as it does when ids are typed.
FILE_SHARE: Final = 20
OF_FILES: Final = Limit("unknown hubs of files", most=500, seconds=24 * HOUR)
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


def take_for_others(agent: Membership, claim: Claim) -> None:
    """Count that the agent has support's claim tried at once: an action for another organisation.

    A tap counts nothing where the claim is tried without it, or not at all. Raises
    LimitReachedError beyond what one agent may do. It must not be called inside a transaction.
    """
    if claim.by_support and actions.would_be_tried(claim):
        brakes.take(agent, claim.organisation.spkey_org_id)


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
        with transaction.atomic():
            if _is_new(person, hub_id):
                _count(person, organisation)


@transaction.atomic
def count_unknown_of_file(
    person: User, organisation: Organisation, hub_id: str, *, file: str, ids: int
) -> None:
    """Count, as `count_unknown` does, an id of a person's file that holds so many ids.

    Not where few of that file's are unknown: see FILE_SHARE.
    """
    if _is_new(person, hub_id) and not _is_one_of_few(person, file, ids):
        _count(person, organisation)


def _is_new(person: User, hub_id: str) -> bool:
    return once("unknown hub", f"{person.pk} {hub_id}", within=REMEMBERED)


def _is_one_of_few(person: User, file: str, ids: int) -> bool:
    few = Limit("unknown hubs of a file", most=ids // FILE_SHARE, seconds=OF_FILES.seconds)
    return few.allows(f"{person.pk} {file}") and OF_FILES.allows(str(person.pk))


def _count(person: User, organisation: Organisation) -> None:
    whom = str(person.pk)
    UNKNOWN.take(whom)
    is_suspect = UNKNOWN.used(whom) >= SUSPECT
    if is_suspect and once("unknown hubs told of", whom, within=UNKNOWN.length):
        occasion = f"{whom}.{UNKNOWN.since()}"
        kind = Notice.Kind.UNKNOWN_HUBS
        name = person.display_name
        outbox.notify(organisation.pk, kind, occasion, person=name)
        outbox.notify_operators(kind, occasion, person=name, place=organisation.name)
