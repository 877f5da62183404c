"""The first steps of a new organisation, in words."""

from dataclasses import dataclass

from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.claims.first_steps import Progress, Step
from portal.core.ui import Text
from portal.orgs.models import ApiCredential, Membership, Organisation

KeyState = ApiCredential.State


@dataclass(frozen=True, slots=True)
class Line:
    """A step that is left: what it is, why, and where it is done; `url` is empty for the first."""

    step: Step
    title: Text
    text: Text
    url: Text = ""
    link_text: Text = ""


LINES: dict[Step, Line] = {
    Step.ORGANISATION_ID: Line(
        Step.ORGANISATION_ID,
        _("Compare the organisation id"),
        _(
            "It must be the one that SmartphoneKey’s partner portal shows for you: every hub that "
            "you claim goes to it. If it is another one, tell whoever invited you."
        ),
    ),
    Step.KEY: Line(
        Step.KEY,
        _("Store the API key"),
        _(
            "Copy it from SmartphoneKey’s key page. The portal checks it at once, keeps it "
            "encrypted and never shows it again."
        ),
        reverse_lazy("key:edit"),
        _("Store the key"),
    ),
    Step.SECOND_ADMINISTRATOR: Line(
        Step.SECOND_ADMINISTRATOR,
        _("Invite a second administrator"),
        _("If you are away or lose your phone, somebody else can still run the organisation."),
        reverse_lazy("people:invite", query={"role": Membership.Role.ADMIN.value}),
        _("Invite"),
    ),
    Step.SPKEY_USERS: Line(
        Step.SPKEY_USERS,
        _("Say in whose name hubs are claimed"),
        _(
            "SmartphoneKey notes who claimed each hub, by the id of one of its own users: whoever "
            "has an account there has one, and SmartphoneKey’s support tells it. The portal looks "
            "it up by e-mail address with the first claim. For people without one, name a "
            "fallback: SmartphoneKey then shows that user as the one who claimed."
        ),
        reverse_lazy("people:list", fragment="fallback"),
        _("Set the fallback"),
    ),
    Step.SITE: Line(
        Step.SITE,
        _("Add the first site"),
        _("A site is a building, or a part of one, in which hubs stand."),
        reverse_lazy("sites:new"),
        _("Add site"),
    ),
    Step.INSTALLER: Line(
        Step.INSTALLER,
        _("Invite the first installer"),
        _("They claim hubs on site. You can do that yourself too."),
        reverse_lazy("people:invite"),
        _("Invite"),
    ),
    Step.HUB: Line(
        Step.HUB,
        _("Claim the first hub"),
        _("Scan its label, and see it come online."),
        reverse_lazy("claims:new"),
        _("Scan a hub"),
    ),
}
KEY_SAYS: dict[str, Text] = {
    KeyState.UNCHECKED: _("A key is stored and is being checked."),
    KeyState.REFUSED: _("SmartphoneKey does not accept the stored key. Store the right one."),
    KeyState.MISMATCH: _("The stored key belongs to another organisation. Store your own."),
    KeyState.UNREACHABLE: _(
        "A key is stored. SmartphoneKey did not answer when it was checked; check it again."
    ),
}
INVITED: Text = _("Somebody is invited and has not joined yet.")


def lines(progress: Progress, organisation: Organisation) -> list[Line]:
    """Return a line for each step that is left, with what is known of it now."""
    return [_line(step, progress, organisation) for step in progress.left]


def _line(step: Step, progress: Progress, organisation: Organisation) -> Line:
    line = LINES[step]
    credential = organisation.stored_credential
    if step == Step.KEY and credential is not None:
        text = KEY_SAYS.get(credential.state, line.text)
        return Line(step, line.title, text, line.url, _("Look at the key"))
    if step == Step.SPKEY_USERS and progress.unknown:
        missing = (
            gettext("Without a SpKey user so far: %(people)s and others.")
            if progress.others
            else gettext("Without a SpKey user so far: %(people)s.")
        )
        names = missing % {"people": ", ".join(progress.unknown)}
        text = format_lazy("{} {}", line.text, names)
        return Line(step, line.title, text, line.url, line.link_text)
    if step in progress.invited:
        return Line(step, line.title, INVITED, reverse_lazy("people:list"), _("Look"))
    return line
