"""All of the demo: people who have worked with the portal for some weeks, and what they did.

Only an organisation that has all its people, no job and no claim gets a past: what somebody did in
it is not mixed with what nobody did. Days count back from the day on which it is made.
"""

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from portal.claims.models import Claim
from portal.demo import claims, jobs, people, support
from portal.demo.past import Past, past_of
from portal.jobs.models import Job
from portal.notices.models import How, NewsChoice
from portal.notices.topics import Topic
from portal.orgs.models import Organisation
from portal.sandbox import world
from portal.sites.models import Site


@dataclass(frozen=True, slots=True)
class Building:
    """A site of the demo."""

    name: str
    spkey_site_id: str
    address: str
    days_ago: int


BUILDINGS: Final = {
    world.ACME_ORG_ID: (
        Building("Harbour House", "harbour-house", "12 Quay Street", 36),
        Building("Mill Court", "mill-court", "3 Mill Lane", 36),
        Building("Orchard Rise", "orchard-rise", "88 Orchard Road", 36),
        Building("Tannery Yard", "tannery-yard", "7 Tannery Lane", 31),
        Building("Chapel Terrace", "chapel-terrace", "1–14 Chapel Terrace", 17),
        Building("Στοά Ερμού", "stoa-ermou", "Ερμού 18, Αθήνα", 13),
    ),
    world.HARBOUR_ORG_ID: (Building("Lighthouse Flats", "lighthouse-flats", "1 Pier Road", 14),),
}


@transaction.atomic
def make() -> None:
    """Make what is missing: organisations, people, and what they did."""
    people.make()
    for organisation in Organisation.objects.filter(spkey_org_id__in=BUILDINGS):
        past = past_of(organisation)
        if not _has_changed(past):
            _tell(past)


def _has_changed(past: Past) -> bool:
    """Say whether somebody has worked in the organisation, or removed one of the demo's people."""
    theirs, here = {"organisation": past.organisation}, past.organisation.spkey_org_id
    names = {each.email.partition("@")[0] for each in people.PEOPLE if each.org_id == here}
    if not names <= past.people.keys():
        return True
    return Job.objects.filter(**theirs).exists() or Claim.objects.filter(**theirs).exists()


def _tell(past: Past) -> None:
    _join(past)
    _build(past)
    begun = jobs.make(past)
    claims.make(past, begun)
    if past.organisation.spkey_org_id == world.ACME_ORG_ID:
        jobs.hand_over(past, begun)
        jobs.ask(past, begun)
        past.as_if_by(past.people["admin"], lambda: jobs.invite(past))
        deputy = past.people["deputy"].user
        NewsChoice.objects.get_or_create(
            user=deputy,
            organisation=past.organisation,
            topic=Topic.CLAIMS,
            defaults={"how": How.DIGEST},
        )
        support.let_in(past)
        support.ask_for_hub(past)
    else:
        support.ask(past)


def _join(past: Past) -> None:
    """Write down that the key was stored, and who came when."""
    admin, credential = past.people["admin"], past.organisation.stored_credential
    if credential is not None:
        key = credential.masked_key
        past.note("key.replaced", admin, credential.replaced_at, credential, before="", after=key)
    for member in past.people.values():
        adder = None if member == admin else admin
        email, role = member.user.email, member.role
        past.note("membership.added", adder, member.created_at, member, member=email, role=role)


def _build(past: Past) -> None:
    for each in BUILDINGS[past.organisation.spkey_org_id]:
        at = past.at(each.days_ago, 20)
        site, is_new = Site.objects.get_or_create(
            organisation=past.organisation,
            spkey_site_id=each.spkey_site_id,
            defaults={"name": each.name, "address": each.address, "created_at": at},
        )
        past.sites[each.spkey_site_id] = site
        if is_new:
            past.note("site.created", past.people["admin"], at, site, name=site.name)
