"""Claims put into a state by hand, and chips without their colours."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.claims.display import reader_wording, wording
from portal.claims.models import ACTIVE, Claim
from portal.core.ui import Chip


def put(claim: Claim, state: str, reason: str = "", **fields: object) -> Claim:
    """Put the claim into a state, an hour after it was made."""
    now = timezone.now()
    ended = {} if state in ACTIVE else {"finished_at": now, "due_at": None}
    Claim.objects.filter(pk=claim.pk).update(
        state=state, reason=reason, created_at=now - timedelta(hours=1), **ended, **fields
    )
    related = ("organisation", "site", "hub", "submitted_by")
    return Claim.objects.select_related(*related).get(pk=claim.pk)


def make_chips_alike(patch: pytest.MonkeyPatch) -> None:
    """Give every chip of a claim the same colour and icon; the words stay."""

    def alike(chip: Chip) -> Chip:
        return Chip("quiet", "help", chip.word)

    for table in (wording.BY_STATE, wording.BY_REASON):
        for key, words in table.items():
            patch.setitem(table, key, replace(words, chip=alike(words.chip)))
    for module in (wording, reader_wording):
        for name, value in list(vars(module).items()):
            if isinstance(value, Chip):
                patch.setattr(module, name, alike(value))
            elif isinstance(value, wording.Words):
                patch.setattr(module, name, replace(value, chip=alike(value.chip)))
