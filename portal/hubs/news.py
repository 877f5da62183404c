"""Telling administrators of hubs that went offline, came back, or are not theirs any more.

What is to be told stands in the hubs' spells. It is told by site, together with what else is found
within a few minutes, and once: of a hub that came back before the letter left, nobody hears.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from portal.hubs.models import LEFT, Health, Spell
from portal.notices import outbox
from portal.notices.models import Notice
from portal.sites.models import Site

# A hub is news when it is still offline after so long.
OFFLINE_FOR: Final = timedelta(minutes=15)
# What is found within so long is told together.
TOGETHER: Final = timedelta(minutes=10)
# Longer than what is found takes to its commit.
AFTER: Final = timedelta(minutes=1)
# Hubs that came back wait for so long for those that went with them.
BACK_WITHIN: Final = timedelta(hours=1)
AT_ONCE: Final = 200
FEW: Final = 5

KINDS: Final = {Health.OFFLINE: Notice.Kind.HUBS_OFFLINE, LEFT: Notice.Kind.HUBS_LEFT}

type Where = tuple[UUID, UUID | None, str]
"""An organisation, its site or None, and what became of hubs there."""


def register() -> None:
    """Let the outbox count, when it sends."""
    outbox.FRESH[Notice.Kind.HUBS_OFFLINE] = _still_so
    outbox.FRESH[Notice.Kind.HUBS_LEFT] = _still_so


@transaction.atomic
def tell() -> int:
    """Have administrators told of some of the hubs that are news. Return how many spells were."""
    now = timezone.now()
    # Read again since: a single answer is no news.
    offline = Q(
        health=Health.OFFLINE,
        tell_from__lte=now - OFFLINE_FOR,
        hub__read_at__gte=F("tell_from") + OFFLINE_FOR,
    )
    gone = Q(health=LEFT, tell_from__lte=now, hub__read_at__gt=F("tell_from"))
    found = _some(Spell.objects.filter(offline | gone, tell_from__isnull=False), "tell_from")
    for (organisation, site, health), spells in _by_place(found).items():
        since = _together_since(now)
        about = f"{health} {site or '-'} {since.isoformat()}"
        outbox.notify(
            organisation,
            KINDS[health],
            about,
            not_before=since + TOGETHER + AFTER,
            site=_name_of(site),
            site_id=str(site or ""),
        )
        pks = [spell.pk for spell in spells]
        Spell.objects.filter(pk__in=pks).update(news=about, tell_from=None)
    return len(found)


@transaction.atomic
def tell_back() -> int:
    """Have administrators told of hubs that are online again. Return how many spells were ended."""
    now = timezone.now()
    found = _some(_back_together(now), "back_from")
    done = 0
    by_news: defaultdict[tuple[UUID, str], list[Spell]] = defaultdict(list)
    for spell in found:
        by_news[spell.hub.organisation_id, spell.news].append(spell)
    for (organisation, news), spells in by_news.items():
        still_offline = _of_news(organisation, news).filter(ended_at=None).count()
        told = [spell for spell in spells if (spell.ended_at or now) > _told_at(news)]
        if told:
            outbox.notify(
                organisation,
                Notice.Kind.HUBS_BACK,
                f"{news} {now:%H%M%S}",
                number=len(told),
                still_offline=still_offline,
                since=min(spell.started_at for spell in told).isoformat(),
                which=_few(told),
                site=_name_of(_site_of(news)),
                site_id=str(_site_of(news) or ""),
            )
        done += Spell.objects.filter(pk__in=[spell.pk for spell in spells]).update(back_from=None)
    return done


def _back_together(now: datetime) -> QuerySet[Spell]:
    """Return the spells of hubs that came back and wait no longer for those that went with them."""
    back = Spell.objects.filter(back_from__isnull=False)
    same = {"news": OuterRef("news"), "hub__organisation": OuterRef("hub__organisation")}
    some_offline = Exists(Spell.objects.filter(**same, ended_at=None))
    told = back.filter(Q(back_from__lte=now - BACK_WITHIN) | ~some_offline).order_by("back_from")
    which = set(told.values_list("hub__organisation", "news")[:AT_ONCE])
    of_these = (Q(hub__organisation=organisation, news=news) for organisation, news in which)
    back = back.filter(news__in={news for _, news in which})
    return back.filter(reduce(or_, of_these, Q(pk__in=[])))


def remove_old() -> int:
    """Remove some of the spells that ended too long ago to be kept. Return how many."""
    over = Spell.objects.filter(ended_at__lt=timezone.now() - Spell.KEPT).order_by("ended_at")
    pks = list(over.values_list("pk", flat=True)[:AT_ONCE])
    return Spell.objects.filter(pk__in=pks).delete()[0] if pks else 0


def _some(spells: QuerySet[Spell], first: str) -> list[Spell]:
    """Return some of the spells with their hubs, which no other worker has at this moment."""
    rows = spells.select_related("hub").order_by(first)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return list(rows[:AT_ONCE])


def _by_place(spells: Iterable[Spell]) -> dict[Where, list[Spell]]:
    places: defaultdict[Where, list[Spell]] = defaultdict(list)
    for spell in spells:
        places[spell.hub.organisation_id, spell.hub.site_id, spell.health].append(spell)
    return places


def _together_since(now: datetime) -> datetime:
    """Return since when what is told now is told together."""
    minutes = int(TOGETHER.total_seconds() // 60)
    return now.replace(minute=now.minute // minutes * minutes, second=0, microsecond=0)


def _told_at(news: str) -> datetime:
    return datetime.fromisoformat(news.split()[2]) + TOGETHER + AFTER


def _site_of(news: str) -> UUID | None:
    site = news.split()[1]
    return None if site == "-" else UUID(site)


def _name_of(site: UUID | None) -> str:
    if site is None:
        return ""
    found = Site.objects.filter(pk=site).first()
    return found.shown_name if found else ""


def _of_news(organisation: UUID, news: str) -> QuerySet[Spell]:
    return Spell.objects.filter(news=news, hub__organisation=organisation)


def _still_so(notice: Notice) -> dict[str, object] | None:
    """Return how many of the notice's hubs are still so, since when, and which; None for none."""
    if notice.organisation_id is None:
        return None
    spells = _of_news(notice.organisation_id, notice.about).filter(ended_at=None)
    rows = list(spells.select_related("hub").order_by("started_at")[: AT_ONCE + 1])
    if not rows:
        return None
    return {
        "number": len(rows) if len(rows) <= AT_ONCE else spells.count(),
        "since": rows[0].started_at.isoformat(),
        "which": _few(rows),
    }


def _few(spells: Iterable[Spell]) -> list[tuple[str, str]]:
    """Return the last characters of some of their hubs' ids, each with its place."""
    hubs = [spell.hub for spell in spells]
    return [(str(hub.hub_id)[-4:].upper(), hub.place) for hub in hubs[:FEW]]
