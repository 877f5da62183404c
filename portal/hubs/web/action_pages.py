"""What can be done to a hub: for each its page, in words, with what follows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.hubs.actions.models import Command, Kind
from portal.hubs.display import action_wording
from portal.hubs.web import action_forms as forms


@dataclass(frozen=True, slots=True)
class ActionPage:
    """One thing to do: its form, the question, what follows, and what the button says.

    `more` is what the action is beside what the form says.
    """

    kind: Kind
    name: Text
    question: Text
    follows: tuple[Text, ...]
    button: Text
    form: type[forms.ActionForm] = forms.ActionForm
    more: Mapping[str, Any] = field(default_factory=dict)
    is_dangerous: bool = False
    needs_all: bool = False


_ACCEPTED: Final = _(
    "SmartphoneKey accepts it and passes it on; a hub that is offline gets it once it is back."
)
_ANSWER: Final = _("What the hub answers does not come back here.")
_NOT_KEPT: Final = _(
    "What you enter is sent once and kept nowhere: not in the portal, not in its record. "
    "If it cannot be sent now, you enter it again."
)
ACTION_PAGES: Final[Mapping[str, ActionPage]] = {
    "move": ActionPage(
        Kind.MOVE,
        _("Move to another site"),
        _("Move hub …%(tail)s to another site?"),
        (
            _("It stays your organisation’s."),
            _("Its place does not go along. Name the new one here, or once it hangs there."),
            _("We read it back: it is done only when SmartphoneKey says so."),
        ),
        _("Move hub"),
        forms.MoveForm,
    ),
    "primary": ActionPage(
        Kind.ROLE,
        _("Make primary"),
        _("Make hub …%(tail)s the primary hub of its site?"),
        (_("Another hub that is primary there now may become secondary."),),
        _("Make primary"),
        more={"make_primary": True},
    ),
    "secondary": ActionPage(
        Kind.ROLE,
        _("Make secondary"),
        _("Make hub …%(tail)s a secondary hub?"),
        (_("Its site may be left without a primary hub until you make another one primary."),),
        _("Make secondary"),
        more={"make_primary": False},
    ),
    "suspend": ActionPage(
        Kind.SUSPEND,
        _("Suspend"),
        _("Suspend hub …%(tail)s?"),
        (
            _("The hub stops working: doors that depend on it may not open."),
            _("The portal cannot take this back. Only SmartphoneKey’s support can."),
        ),
        _("Suspend hub"),
        forms.SuspendForm,
        is_dangerous=True,
    ),
    "nodes": ActionPage(
        Kind.COMMAND,
        action_wording.COMMANDS[Command.NODES],
        _("Ask hub …%(tail)s for its devices?"),
        (_ACCEPTED, _ANSWER),
        _("Send"),
        more={"command": Command.NODES},
    ),
    "server-info": ActionPage(
        Kind.COMMAND,
        action_wording.COMMANDS[Command.SERVER],
        _("Ask hub …%(tail)s for server info?"),
        (_ACCEPTED, _ANSWER),
        _("Send"),
        more={"command": Command.SERVER},
    ),
    "wifi": ActionPage(
        Kind.COMMAND,
        action_wording.COMMANDS[Command.WIFI],
        _("Set the Wi-Fi of hub …%(tail)s?"),
        (
            _NOT_KEPT,
            _ACCEPTED,
            _("With a wrong name or password the hub goes offline: connect its cable then."),
        ),
        _("Send"),
        forms.WifiForm,
        more={"command": Command.WIFI},
        needs_all=True,
    ),
    "matter": ActionPage(
        Kind.COMMISSION,
        action_wording.COMMISSIONING,
        _("Add a Matter device to hub …%(tail)s?"),
        (_NOT_KEPT, _ACCEPTED),
        _("Send"),
        forms.CommissionForm,
    ),
}
