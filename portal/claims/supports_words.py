"""What people read of support's claim where support's own access is at fault.

The organisation for which the claim was made can mend none of it, and must not be sent to try.
"""

from django.utils.translation import gettext_lazy as _

from portal.claims.models import Reason, State
from portal.claims.words import Chip, Words

_KEY = Words(
    Chip("attention", "key", _("Needs support")),
    _("Support must mend its own API key"),
    _(
        "The claim goes out with support's key, not with the organisation's. "
        "The claim is saved and continues by itself afterwards."
    ),
)
_USER = Words(
    Chip("attention", "person", _("Needs support")),
    _("SmartphoneKey does not know the support agent yet"),
    _(
        "Support must give the agent's SpKey user id, or a fallback for its own people. "
        "The claim is saved and continues by itself afterwards."
    ),
)
_FORBIDDEN = Words(
    Chip("stop", "key", _("Refused")),
    _("Support's key may not claim this hub"),
    _("Ask support, and quote the reference."),
)


def supports_words(state: str, reason: str) -> Words | None:
    """Return the words for a claim that support made, or None where everybody's serve."""
    if state == State.BLOCKED:
        return _USER if reason == Reason.NO_USER else _KEY
    if (state, reason) == (State.REJECTED, Reason.FORBIDDEN):
        return _FORBIDDEN
    return None
