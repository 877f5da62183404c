"""What people may be told of by e-mail, and how each of them wants it."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction

from portal.audit.record import record
from portal.notices.models import How, NewsChoice, Notice
from portal.orgs.models import Membership


class Topic(StrEnum):
    """What a kind of e-mail is about; its words are in `display/news_wording.py`."""

    KEY = "key"
    CLAIMS = "claims"
    HUBS = "hubs"
    JOBS = "jobs"
    REQUESTS = "requests"
    IMPORTS = "imports"
    SUPPORT = "support"


TOPIC_OF: Final[dict[str, Topic]] = {
    Notice.Kind.KEY_REFUSED: Topic.KEY,
    Notice.Kind.KEY_MISMATCH: Topic.KEY,
    Notice.Kind.KEY_FORBIDDEN: Topic.KEY,
    Notice.Kind.KEY_EXPIRES: Topic.KEY,
    Notice.Kind.GAVE_UP: Topic.CLAIMS,
    Notice.Kind.WAITS: Topic.CLAIMS,
    Notice.Kind.LATE_EFFECT: Topic.CLAIMS,
    Notice.Kind.REVIEW: Topic.CLAIMS,
    Notice.Kind.HUBS_OFFLINE: Topic.HUBS,
    Notice.Kind.HUBS_BACK: Topic.HUBS,
    Notice.Kind.HUBS_LEFT: Topic.HUBS,
    Notice.Kind.JOB_OVERDUE: Topic.JOBS,
    Notice.Kind.JOB_COMPLETED: Topic.JOBS,
    Notice.Kind.JOB_REQUEST: Topic.REQUESTS,
    Notice.Kind.HUB_REFUSED: Topic.REQUESTS,
    Notice.Kind.IMPORT_FINISHED: Topic.IMPORTS,
    Notice.Kind.SUPPORT_CLAIMED: Topic.SUPPORT,
    Notice.Kind.SUPPORT_MOVED: Topic.SUPPORT,
    Notice.Kind.BOUND_ELSEWHERE: Topic.SUPPORT,
}
# Told at once, whatever somebody chooses.
SAFETY: Final[frozenset[str]] = frozenset(
    {
        Notice.Kind.UNKNOWN_HUBS,
        Notice.Kind.ADMINISTRATORS,
        Notice.Kind.OPERATOR_CHANGE,
        Notice.Kind.SUPPORT_GRANTED,
        Notice.Kind.SUPPORT_USED,
        Notice.Kind.SUPPORT_ASKED,
        Notice.Kind.BREAK_GLASS,
        Notice.Kind.GLASS_BROKEN,
        Notice.Kind.SUPPORT_BURST,
        Notice.Kind.MOVE_HELD,
        Notice.Kind.HUB_TAKEN,
    }
)
# Told at once to who has asked.
ANSWERS: Final[frozenset[str]] = frozenset(
    {
        Notice.Kind.JOB_ANSWER,
        Notice.Kind.MOVE_ANSWERED,
        Notice.Kind.MOVE_ENDED,
        Notice.Kind.SUPPORT_ANSWERED,
    }
)
# What is told to those as well whom it concerns and who administer nothing.
FOR_EVERYBODY: Final[frozenset[str]] = ANSWERS | {
    Notice.Kind.GAVE_UP,
    Notice.Kind.WAITS,
    Notice.Kind.REVIEW,
    Notice.Kind.IMPORT_FINISHED,
}

UNLESS_CHOSEN: Final[dict[str, How]] = {Membership.Role.ADMIN: How.INSTANT}
OF_OTHERS: Final = How.DIGEST


def offered(member: Membership) -> list[Topic]:
    """Return the topics of which e-mails are really sent to somebody in the member's role."""
    is_admin = member.role == Membership.Role.ADMIN
    kinds = TOPIC_OF if is_admin else [kind for kind in TOPIC_OF if kind in FOR_EVERYBODY]
    found = {TOPIC_OF[kind] for kind in kinds}
    return [topic for topic in Topic if topic in found]


def is_for(member: Membership, kind: str) -> bool:
    """Say whether somebody in the member's role may be told of this kind of thing."""
    return member.role == Membership.Role.ADMIN or kind in FOR_EVERYBODY


def ways(members: Iterable[Membership], kind: str) -> dict[UUID, How]:
    """Return how each of one organisation's members wants to be told: their user's id → how."""
    topic, members = TOPIC_OF.get(kind), list(members)
    if topic is None:
        return {member.user_id: How.INSTANT for member in members}
    chosen = NewsChoice.objects.filter(
        organisation__in={member.organisation_id for member in members},
        user__in=[member.user_id for member in members],
        topic=topic,
    )
    by_user = dict(chosen.values_list("user", "how"))
    return {
        member.user_id: How(by_user.get(member.user_id, _unless_chosen(member)))
        for member in members
    }


def choices_of(member: Membership) -> dict[Topic, How]:
    """Return how the member wants to be told of each topic that concerns them."""
    mine = NewsChoice.objects.filter(user=member.user_id, organisation=member.organisation_id)
    chosen = dict(mine.values_list("topic", "how"))
    return {topic: How(chosen.get(topic, _unless_chosen(member))) for topic in offered(member)}


@transaction.atomic
def choose(member: Membership, wanted: Mapping[Topic, How]) -> None:
    """Remember how the member wants to be told, and record what that changes."""
    before = choices_of(member)
    changed = {
        topic: how for topic, how in wanted.items() if topic in before and before[topic] != how
    }
    for topic, how in changed.items():
        NewsChoice.objects.update_or_create(
            user_id=member.user_id,
            organisation_id=member.organisation_id,
            topic=topic,
            defaults={"how": how},
        )
    if changed:
        record(
            "news.changed",
            actor=member.user,
            organisation_id=member.organisation_id,
            subject=member.user,
            changes={str(topic): [str(before[topic]), str(how)] for topic, how in changed.items()},
        )


def _unless_chosen(member: Membership) -> How:
    return UNLESS_CHOSEN.get(member.role, OF_OTHERS)
