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
