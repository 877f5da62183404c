"""Which site a row means: by its SpKey id, or by its name, as people write it."""

import difflib
from collections import defaultdict
from functools import cached_property
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
        self._organisation, self._member = organisation, member
        self._likes: dict[str, str] = {}

    @property
    def is_allowed(self) -> bool:
        """Whether anybody's right is left."""
        return self._member is not None

    # Made once they are asked for: a page of rows may need none of them.

    @cached_property
    def _sites(self) -> list[Site]:
        return list(Site.objects.filter(organisation=self._organisation).order_by("name"))

    @cached_property
    def _by_pk(self) -> dict[UUID, Site]:
        return {site.pk: site for site in self._sites}

    @cached_property
    def _by_id(self) -> dict[str, Site]:
        return {site.spkey_site_id: site for site in self._sites}

    @cached_property
    def _by_name(self) -> dict[str, list[Site]]:
        by_name: defaultdict[str, list[Site]] = defaultdict(list)
        for site in self._sites:
            for name in {bare(site.name), bare(site.shown_name)}:
                by_name[name].append(site)
        return by_name

    @cached_property
    def _allowed(self) -> set[UUID]:
        allowed = rights.sites_to_claim_at(self._member) if self._member else Site.objects.none()
        return set(allowed.values_list("pk", flat=True))

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

    def knows(self, text: str) -> bool:
        """Whether a site is called so, or has this SpKey id."""
        return text.strip() in self._by_id or bare(text) in self._by_name

    def _usable(self, site: Site | None) -> tuple[Site | None, Verdict]:
        if site is None:
            return None, Verdict.SITE_NEEDED
        if site.archived_at is not None:
            return site, Verdict.SITE_ARCHIVED
        return site, Verdict.NONE if site.pk in self._allowed else Verdict.NO_RIGHT

    def like(self, text: str) -> str:
        """Return what people call the site that is most like this; "" where none is."""
        meant = bare(text)
        # Many rows of a file name the same one.
        if meant not in self._likes:
            near = difflib.get_close_matches(meant, self._by_name, 1, CLOSE)
            self._likes[meant] = self._by_name[near[0]][0].shown_name if near else ""
        return self._likes[meant]
