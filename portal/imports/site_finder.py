"""Which site a row means: by its SpKey id, or by its name, as people write it."""

import difflib
from collections import defaultdict
from typing import Final
from uuid import UUID

from portal.imports.models import Import, Row, Verdict
from portal.imports.reading.columns import bare
from portal.jobs import rights
from portal.orgs.models import Membership, Organisation
from portal.sites.models import Site

CLOSE: Final = 0.75


class SiteFinder:
    """Finds sites of an organisation for rows, and says why one cannot be used.

    `member` is by whose right, None where there is none any more.
    """

    def __init__(self, organisation: Organisation, member: Membership | None) -> None:
        sites = list(Site.objects.filter(organisation=organisation).order_by("name"))
        self._by_pk: dict[UUID, Site] = {site.pk: site for site in sites}
        self._by_id = {site.spkey_site_id: site for site in sites}
        self._by_name: defaultdict[str, list[Site]] = defaultdict(list)
        for site in sites:
            self._by_name[bare(site.name)].append(site)
        self.is_allowed = member is not None
        allowed = rights.sites_to_claim_at(member) if member else Site.objects.none()
        self._allowed = set(allowed.values_list("pk", flat=True))

    def find(self, plan: Import, row: Row) -> tuple[Site | None, Verdict]:
        """Return the site that the row means, and what is in the way of using it, if anything.

        A row that names none means that of the whole import; without one either, there is none.
        """
        if not self.is_allowed:
            return None, Verdict.NO_RIGHT
        text = row.site_text.strip()
        if not text:
            return self._usable(self._by_pk.get(plan.site_id) if plan.site_id else None)
        if site := self._by_id.get(text):
            return self._usable(site)
        named = self._by_name.get(bare(text), [])
        in_use = [site for site in named if site.archived_at is None] or named
        if len(in_use) > 1:
            return None, Verdict.SITE_NOT_CLEAR
        return self._usable(in_use[0]) if in_use else (None, Verdict.SITE_UNKNOWN)

    def named(self, spkey_site_id: str) -> Site | None:
        """Return the site with this SpKey id."""
        return self._by_id.get(spkey_site_id)

    def _usable(self, site: Site | None) -> tuple[Site | None, Verdict]:
        if site is None:
            return None, Verdict.SITE_NEEDED
        if site.archived_at is not None:
            return site, Verdict.SITE_ARCHIVED
        return site, Verdict.NONE if site.pk in self._allowed else Verdict.NO_RIGHT

    def like(self, text: str) -> str:
        """Return the name of the site that is most like this; "" where none is."""
        near = difflib.get_close_matches(bare(text), self._by_name, 1, CLOSE)
        return self._by_name[near[0]][0].name if near else ""
