"""What an administrator finds on the first page: what needs somebody, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from portal.core.ui import Text
from portal.orgs.models import Membership


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that needs attention."""

    kind: str
    icon: str
    title: Text
    text: Text
    url: Text = ""
    link_text: Text = ""


NO_WORKER = Todo(
    "stop",
    "alert",
    _("Nothing is being sent"),
    _(
        "The portal's background worker is not running. Claims are saved and wait; "
        "tell an operator of the portal."
    ),
)
KEY_NOT_CHECKED = Todo(
    "attention",
    "key",
    _("The API key could not be checked"),
    _("SmartphoneKey did not answer. Claims still go out when it does."),
    reverse_lazy("key:edit"),
    _("Check it again"),
)
NO_SITE = Todo(
    "attention",
    "site",
    _("No site yet"),
    _("Hubs are claimed at a site. Make the first one."),
    reverse_lazy("sites:new"),
    _("Add site"),
)
ONE_ADMINISTRATOR = Todo(
    "attention",
    "person",
    _("You are the only administrator"),
    _("If you are away or lose your phone, nobody can run the organisation. Invite a second one."),
    reverse_lazy("people:invite", query={"role": Membership.Role.ADMIN.value}),
    _("Invite"),
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Claims of a group that need somebody: how to say how many, and what to do."""

    title: Text
    text: Text
    kind: str
    icon: str

    def todo(self, group: str, number: int) -> Todo:
        """Return the line that says so of this many (one or more)."""
        title = self.title % {"number": number}
        url = f"{reverse('claims:list')}?state={group}"
        return Todo(self.kind, self.icon, title, self.text, url, _("Show them"))


COUNTED: dict[str, Counted] = {
    "blocked": Counted(
        ngettext_lazy("%(number)d claim needs you", "%(number)d claims need you", "number"),
        _("Nothing is lost: each says what it needs, and goes on by itself afterwards."),
        "attention",
        "key",
    ),
    "review": Counted(
        ngettext_lazy(
            "%(number)d claim is not confirmed", "%(number)d claims are not confirmed", "number"
        ),
        _(
            "SmartphoneKey has not said whether they took effect. We still look every hour; "
            "ask support, and quote the reference."
        ),
        "attention",
        "help",
    ),
    "hub_offline": Counted(
        ngettext_lazy("%(number)d hub is offline", "%(number)d hubs are offline", "number"),
        _("The portal keeps trying. Somebody on site can check power and cable."),
        "attention",
        "offline",
    ),
    "late": Counted(
        ngettext_lazy(
            "%(number)d claim took effect late", "%(number)d claims took effect late", "number"
        ),
        _(
            "The portal had ended them, and SmartphoneKey claimed the hubs after all. "
            "Compare with what stands in the building."
        ),
        "attention",
        "alert",
    ),
    "forbidden": Counted(
        ngettext_lazy(
            "%(number)d claim was not allowed with the API key",
            "%(number)d claims were not allowed with the API key",
            "number",
        ),
        _(
            "The key itself works. Make sure that it is this organisation's own, then claim again. "
            "If it is, ask SmartphoneKey's support, and quote the reference."
        ),
        "stop",
        "key",
    ),
    "refused": Counted(
        ngettext_lazy("%(number)d claim was refused", "%(number)d claims were refused", "number"),
        _("In the last seven days, and not tried again."),
        "stop",
        "stop",
    ),
    "unclaimed": Counted(
        ngettext_lazy(
            "%(number)d claim ended without being claimed",
            "%(number)d claims ended without being claimed",
            "number",
        ),
        _(
            "SmartphoneKey knows no such hub, or kept failing. In the last seven days, "
            "and not tried again."
        ),
        "stop",
        "clock",
    ),
}
"""By the name of the group, or state, that the claims are listed under; the gravest first."""


def of_claims(numbers: Mapping[str, int]) -> list[Todo]:
    """Return a line for each group of claims of which there are some."""
    return [each.todo(name, numbers[name]) for name, each in COUNTED.items() if numbers[name]]
