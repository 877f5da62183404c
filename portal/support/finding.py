"""Which organisation an agent means, within the rules of consent.

What an agent may look through are the organisations that have let them in. Of all others they
learn nothing here, not even that there are such: `named` is for what the agent is told of in no
other words, and no other time, than of one that does not exist.
"""

import re
from uuid import UUID

from django.db.models import Q

from portal.consent import queries
from portal.consent.models import Grant
from portal.hubs.models import Hub
from portal.orgs.models import ApiCredential, Membership, Organisation

# SpKey documents organisation and site ids as text; these are the characters that its ids have.
SPKEY_ID = re.compile(r"\A[A-Za-z0-9._:-]{1,128}\Z")
SHOWN = 50
NO_HUB = UUID(int=0)


def let_in(agent: Membership, text: str = "") -> list[Grant]:
    """Return the standing grants of organisations that the text finds: name, id, hub, person."""
    standing = queries.grants_for(agent).standing()
    if text := text.strip():
        by_words = Q(organisation__name__icontains=text) | Q(
            organisation__spkey_org_id__icontains=text
        )
        standing = standing.filter(by_words | Q(organisation__in=_by_hub_or_person(text)))
    return list(standing.order_by("organisation__name", "organisation", "-ends_at")[:SHOWN])


def named(text: str) -> Organisation | None:
    """Return the one organisation that the text names exactly; None for none, or for several.

    By its name, its SpKey id, a hub's id or an administrator's address. What the answer costs does
    not depend on it. Those that hold a super key are support's own, and nobody is asked for them.
    """
    text = text.strip()
    exact = Q(spkey_org_id=text) | Q(name__iexact=text)
    found = Organisation.objects.filter(exact | Q(pk__in=_by_hub_or_person(text)))
    customers = found.exclude(credential__kind=ApiCredential.Kind.SUPER)
    first = list(customers.order_by("pk")[:2])
    return first[0] if len(first) == 1 else None


def is_supports(text: str) -> bool:
    """Say whether the text names an organisation of support's own."""
    exact = Q(spkey_org_id=text) | Q(name__iexact=text)
    of_support = Organisation.objects.filter(credential__kind=ApiCredential.Kind.SUPER)
    return of_support.filter(exact).exists()


def may_be_id(text: str) -> bool:
    """Say whether the text may be the SpKey id of an organisation, rather than a hub's id."""
    return SPKEY_ID.match(text) is not None and _hub_id(text) == NO_HUB


def _by_hub_or_person(text: str) -> set[UUID]:
    """Return the ids of the organisations that have this hub, or whom this person administers."""
    hubs = Hub.objects.filter(hub_id=_hub_id(text), binding=Hub.Binding.OURS)
    people = Membership.objects.administrators().filter(user__email__iexact=text)
    by_hub = hubs.order_by().values_list("organisation_id", flat=True)[:SHOWN]
    by_person = people.order_by().values_list("organisation_id", flat=True)[:SHOWN]
    return {*by_hub, *by_person}


def _hub_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        # Asked for all the same.
        return NO_HUB
