"""Asking for more time on a job, another site or the move of a hub, and answering it.

One tap asks, or a sentence and a photo of the label for a move; one tap answers. Administrators are
told by e-mail that somebody asks, and who asked is told of the answer.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from portal.audit.record import record
from portal.core.throttle import Limit
from portal.hubs.actions import asking
from portal.hubs.actions.asking import ActionRequest
from portal.hubs.actions.models import HubAction
from portal.hubs.actions.models import Kind as ActionKind
from portal.hubs.models import Hub
from portal.jobs import planning
from portal.jobs.models import Job, JobRequest
from portal.jobs.planning import Plan
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership, Organisation, User
from portal.sites.models import Site

# Each asks all administrators by e-mail.
A_DAY: Final = Limit("requests about jobs", most=20, seconds=24 * 3600)
# What tells one person's open requests of a kind apart.
TOLD_BY: Final[dict[str, tuple[str, ...]]] = {
    JobRequest.Kind.MORE_TIME: ("job",),
    JobRequest.Kind.OTHER_SITE: ("wanted",),
    JobRequest.Kind.MOVE_HUB: ("hub", "site"),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """What an administrator allows: until when, and where, if another site was asked for."""

    last_day: date
    site: Site | None = None


@transaction.atomic
def ask_for_time(job: Job, member: Membership) -> JobRequest:
    """Return the member's open request for more time on the job, made when there is none."""
    return _ask(member, JobRequest.Kind.MORE_TIME, job=job)


@transaction.atomic
def ask_for_site(wanted: str, member: Membership) -> JobRequest:
    """Return the member's open request for a site that they call so, made when there is none."""
    return _ask(member, JobRequest.Kind.OTHER_SITE, wanted=wanted)


@transaction.atomic
def ask_for_move(hub: Hub, site: Site, member: Membership, because: str) -> JobRequest:
    """Return the member's open request to have the hub moved to the site, made if there is none."""
    about: dict[str, Any] = {"hub": hub, "site": site, "because": because}
    return _ask(member, JobRequest.Kind.MOVE_HUB, wanted=site.shown_name, **about)


def _ask(
    member: Membership,
    kind: str,
    *,
    job: Job | None = None,
    wanted: str = "",
    hub: Hub | None = None,
    site: Site | None = None,
    because: str = "",
) -> JobRequest:
    Organisation.objects.hold(member.organisation)
    about: dict[str, Any] = {"job": job, "wanted": wanted, "hub": hub, "site": site}
    # By what the database holds to be the same: a site may have another name since.
    told_by = {name: about[name] for name in TOLD_BY[kind]}
    same = JobRequest.objects.unanswered().filter(
        organisation=member.organisation_id, membership=member, kind=kind, **told_by
    )
    if (standing := same.first()) is not None:
        return standing
    asked = JobRequest.objects.create(
        organisation=member.organisation, membership=member, kind=kind, because=because, **about
    )
    _show_on(job)
    record(
        "job.asked",
        actor=member.user,
        organisation_id=member.organisation_id,
        subject=asked,
        kind=str(kind),
        number=job.number if job else None,
        wanted=wanted,
        **_named(hub),
    )
    outbox.notify(
        member.organisation_id,
        Notice.Kind.JOB_REQUEST,
        str(asked.pk),
        request=str(asked.pk),
        person=member.user.display_name,
        asks=str(kind),
        site=job.site.shown_name if job else wanted,
        number=job.number if job else 0,
        last_day=str(job.ends_on) if job else "",
        because=because,
        **_named(hub),
    )
    return asked


def _named(hub: Hub | None) -> dict[str, Any]:
    return {"hub": str(hub.hub_id)} if hub else {}


@transaction.atomic
def grant_move(asked: JobRequest, actor: User, because: str) -> HubAction | None:
    """Have the hub moved, in the administrator's name; None where somebody has answered before.

    `because` is what SmartphoneKey is told, to whom who asked is nobody. Raises AnotherActionError,
    and answers nothing, while something else is done to the hub.
    """
    current = _unanswered(asked)
    if current is None or current.hub is None or current.site is None:
        return None
    action = asking.submit(
        ActionRequest(
            user=actor,
            hub=current.hub,
            kind=ActionKind.MOVE,
            submission=current.pk,
            site=current.site,
            because=because,
        )
    )
    _answer(current, actor, granted=True)
    return action


@transaction.atomic
def grant(asked: JobRequest, allowed: Grant, actor: User) -> Job | None:
    """Allow what was asked for, and return the job; None where somebody has answered before.

    Another site is a job there: one that is open and covers today gets one more person, else there
    is a new one. Raises JobOverError for more time on a job that is complete or cancelled.
    """
    current = _unanswered(asked)
    if current is None:
        return None
    member = current.membership
    job = current.job
    if current.kind == JobRequest.Kind.OTHER_SITE:
        job = _job_at(allowed, member, actor)
    elif job is not None:
        planning.extend(job, allowed.last_day, actor)
        planning.add(job, member, actor)
    current.job = job
    _answer(current, actor, granted=True)
    return job


@transaction.atomic
def refuse(asked: JobRequest, actor: User) -> bool:
    """Refuse what was asked for; say whether nobody had answered before."""
    current = _unanswered(asked)
    if current is None:
        return False
    _answer(current, actor, granted=False)
    return True


def _unanswered(asked: JobRequest) -> JobRequest | None:
    Organisation.objects.hold(asked.organisation)
    of_move = ("hub__organisation", "site")
    details = ("job__organisation", "job__site", "membership__user", "organisation", *of_move)
    return JobRequest.objects.unanswered().select_related(*details).filter(pk=asked.pk).first()


def _job_at(allowed: Grant, member: Membership, actor: User) -> Job:
    if allowed.site is None or allowed.site.organisation_id != member.organisation_id:
        raise ValueError("another site is asked for, and none is given")
    today = timezone.localdate()
    here = Job.objects.filter(organisation=member.organisation_id, site=allowed.site).unfinished()
    here = here.filter(starts_on__lte=today, ends_on__gte=today)
    job = here.select_related("organisation", "site").order_by("ends_on", "number").first()
    if job is None:
        plan = Plan(allowed.site, today, max(allowed.last_day, today), people=[member])
        return planning.make(plan, actor)
    planning.extend(job, allowed.last_day, actor)
    planning.add(job, member, actor)
    return job


def _answer(asked: JobRequest, actor: User, *, granted: bool) -> None:
    asked.answered_at, asked.answered_by, asked.granted = timezone.now(), actor, granted
    asked.save(update_fields=["answered_at", "answered_by", "granted", "job"])
    job = asked.job
    _show_on(job)
    if job is not None:
        job.refresh_from_db(fields=["ends_on"])
    record(
        "job.granted" if granted else "job.refused",
        actor=actor,
        organisation_id=asked.organisation_id,
        subject=asked,
        person=asked.membership.user.email,
        kind=asked.kind,
        number=job.number if job else None,
        wanted=asked.wanted,
        **_named(asked.hub),
    )
    outbox.notify_member(
        asked.membership,
        Notice.Kind.JOB_ANSWER,
        str(asked.pk),
        asks=asked.kind,
        granted=granted,
        person=actor.display_name,
        job=str(job.pk) if job else "",
        site=job.site.shown_name if job else asked.wanted,
        number=job.number if job else 0,
        last_day=str(job.ends_on) if job else "",
        **_named(asked.hub),
    )


def _show_on(job: Job | None) -> None:
    if job is not None:
        Job.objects.filter(pk=job.pk).update(version=F("version") + 1)
