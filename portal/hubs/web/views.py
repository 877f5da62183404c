"""The inventory: what an organisation has, where, and how it is."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.core.ui import Text
from portal.hubs import counts, inventory, troubles
from portal.hubs.display import numbers
from portal.hubs.display.rows import row_of
from portal.hubs.labels import parse
from portal.hubs.web import how_many
from portal.hubs.web.forms import SIZES, HubFilter, InventoryFilter
from portal.hubs.web.how_many import HowMany
from portal.jobs import rights
from portal.orgs import access
from portal.orgs.access import Ability
from portal.orgs.models import Membership

COLUMNS: Final[dict[str, Text]] = {
    "hub": _("Hub"),
    "place": _("Place"),
    "site": _("Site"),
    "state": _("State"),
    "since": _("Since"),
    "model": _("Model, serial"),
    "firmware": _("Firmware"),
    "claimed": _("Claimed"),
    "read": _("Read"),
}
# What stands in a column as well, and has a click of its own.
BESIDE: Final[dict[str, tuple[str, Text]]] = {"claimed": ("person", _("by"))}
# What an address says of a page that is not the first.
FROM_THE_FIRST: Final[dict[str, object]] = {"after": None, "before": None, "nth": None}
# What is sorted from the newest first.
NEWEST_FIRST: Final = {"since", "claimed", "read"}


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column: a click sorts by it, or the other way."""

    name: str
    word: Text
    url: str
    sorted: str
    beside: "Head | None" = None


@require_safe
def hub_list(request: HttpRequest) -> HttpResponse:
    """Show the hubs that the member may see, a page of them."""
    member = access.current(request, Ability.VIEW)
    asked = request.GET.get("q", "")
    if (text := parse.fit_for_address(asked)) != asked:
        return redirect(_url(request, q=text))
    form, every = InventoryFilter(request.GET, member=member), _numbers(member)
    context = {
        "form": form,
        "filtered": form.is_filled,
        "numbers": numbers.strip(every),
        "query": request.GET.urlencode(),
        "filtered_more": form.is_filled_beyond,
        "sizes": [(size, _url(request, rows=size, **FROM_THE_FIRST)) for size in SIZES],
        "whole_ids": "ids" in request.GET,
        "row_keys": True,
        "ids_url": _url(request, ids=None if "ids" in request.GET else "whole"),
    }
    if not form.is_valid():
        return render(request, "hubs/list.html", context, status=422)
    shown = page_of(request, form)
    return render(request, "hubs/list.html", context | shown | _said(form, every, shown, member))


def _said(
    form: HubFilter, every: counts.Numbers, shown: dict[str, Any], member: Membership
) -> dict[str, object]:
    """Say how many hubs are found, and which of them the page shows."""
    rows, is_first = shown["rows"], not shown["previous_url"]
    if is_first and not shown["next_url"]:
        found = HowMany(len(rows))
    else:
        found = how_many.found_by(form, every, member.organisation if member.all_sites else None)
    first = 1 if is_first else shown["nth"]
    is_last = not shown["next_url"]
    return {
        "found": how_many.of_all(form, found, every) if form.is_filled else "",
        "range": how_many.shown(first, rows, found, is_last=is_last),
        # There are more than the page shows: they can be chosen too.
        "all_words": "" if is_first and is_last else how_many.that_match(form, found),
        "all_number": how_many.in_short(found),
        "oldest_reading": troubles.oldest_reading(member.organisation)
        if member.all_sites
        else None,
        "choice_key": f"{member.pk} {form.narrowed_by}",
    }


def page_of(request: HttpRequest, form: HubFilter) -> dict[str, object]:
    """Return what a page shows of the hubs that the filters find."""
    name, falling = form.order
    order = inventory.ORDERS[name]
    before = inventory.read_position(request.GET.get("before", ""), order)
    position = before or inventory.read_position(request.GET.get("after", ""), order)
    found = inventory.in_order(
        form.found(),
        order,
        falling=falling,
        limit=form.size + 1,
        position=position,
        backwards=before is not None,
    )
    shown, more = found[: form.size], len(found) > form.size
    if before is not None:
        shown.reverse()
    has_earlier, has_later = (more, True) if before else (position is not None, more)
    edge, nth = FROM_THE_FIRST, _nth(request)
    first, last = (
        (inventory.position_of(hub, order) for hub in (shown[0], shown[-1]))
        if shown
        else (None, None)
    )
    return {
        "rows": [row_of(hub) for hub in shown],
        "heads": [_head(request, each, word, name, falling) for each, word in COLUMNS.items()],
        "order": f"{'-' if falling else ''}{name}",
        "orders": _orders(name, falling=falling),
        "size": form.size,
        "nth": nth,
        "previous_url": _url(
            request, **edge | {"before": first, "nth": max(1, nth - form.size) if nth else None}
        )
        if has_earlier and shown
        else "",
        "next_url": _url(
            request, **edge | {"after": last, "nth": nth + len(shown) if nth else None}
        )
        if has_later and shown
        else "",
        "first_url": _url(request, **edge) if position else "",
    }


def _nth(request: HttpRequest) -> int:
    """Return which of all hubs the page begins with, as its address says; 0 where that is lost.

    A page begins with a hub, and not with a number: that one only says where one is.
    """
    if not {"after", "before"} & request.GET.keys():
        return 1
    text = request.GET.get("nth", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _orders(now: str, *, falling: bool) -> list[tuple[str, Text]]:
    """Return what can be sorted by where there are no heads to click, and the order as it is."""
    words = {**COLUMNS, **dict(BESIDE.values()), "person": _("Claimed by")}
    falls = {name: falling if name == now else name in NEWEST_FIRST for name in words}
    return [(f"{'-' if falls[name] else ''}{name}", word) for name, word in words.items()]


def _head(request: HttpRequest, name: str, word: Text, now: str, falling: bool) -> Head:
    first_falls = name in NEWEST_FIRST
    falls = not falling if name == now else first_falls
    order = f"{'-' if falls else ''}{name}"
    url = _url(request, order=order, **FROM_THE_FIRST)
    way = ("descending" if falling else "ascending") if name == now else ""
    beside = BESIDE.get(name)
    second = _head(request, *beside, now, falling) if beside else None
    return Head(name, word, url, way, second)


def _url(request: HttpRequest, **changes: object) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}"


def _numbers(member: Membership) -> counts.Numbers:
    if member.all_sites:
        return counts.total(member.organisation)
    return counts.of(rights.hubs_of(member))
