"""What operators' pages show of a call to SpKey, whatever it was made for."""

from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.core.web.admin_lists import column
from portal.hubs.display import call_wording


def _milliseconds(count: int) -> str:
    return gettext("%(number)d ms") % {"number": count}


ANSWER: Final[tuple[Any, ...]] = (
    column("outcome", _("came of it"), call_wording.outcome),
    column("http_status", _("HTTP status")),
    "reference",
    column("duration_ms", _("took"), _milliseconds),
    column("message", _("SmartphoneKey wrote")),
    column("started_at", _("time")),
)

LOOKING: Final = _("For looking into it")
SEARCHED_BY: Final = _("Hub id, serial or reference")
# What claims and actions have in common, to whom it may be of use.
UNKNOWN_SINCE: Final = column("outcome_unknown_since", _("outcome not known since"))
STOPPED_AT: Final = column("cancel_requested_at", _("somebody asked to stop"))
STOPPED_BY: Final = column("cancel_requested_by", _("who asked to stop"))
WORKER: Final = column("leased_by", _("worker that has it"))
