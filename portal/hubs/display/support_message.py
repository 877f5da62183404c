"""What the API cannot do, as a message to the vendor's support that somebody only has to send."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text
from portal.hubs.models import Hub


class Wish(StrEnum):
    """What only the vendor's support can do."""

    RELEASE = "release"
    REPLACE = "replace"
    DECOMMISSION = "decommission"
    RESUME = "resume"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Message:
    """A message in two languages; `mailto` opens it in a mail program.

    `texts` are its parts, each with its language's code; `text` is all of it.
    """

    subject: str
    texts: tuple[tuple[str, str], ...]
    text: str
    mailto: str


NAMES: Final[dict[Wish, Text]] = {
    Wish.RELEASE: _("Release the hub"),
    Wish.REPLACE: _("Replace a broken hub"),
    Wish.DECOMMISSION: _("Take the hub out of service for good"),
    Wish.RESUME: _("Take back a suspension"),
    Wish.CLAIM: _("Have it claimed"),
}
SUBJECTS: Final[dict[Wish, Text]] = {
    Wish.RELEASE: _("Please release hub %(hub)s"),
    Wish.REPLACE: _("Please replace hub %(hub)s"),
    Wish.DECOMMISSION: _("Please decommission hub %(hub)s"),
    Wish.RESUME: _("Please take hub %(hub)s back into service"),
    Wish.CLAIM: _("Hub %(hub)s cannot be claimed"),
}
BODIES: Final[dict[Wish, Text]] = {
    Wish.RELEASE: _("Please release this hub from our organisation, so that it can be claimed."),
    Wish.REPLACE: _(
        "This hub is broken. Please move its devices and settings to the hub that replaces it, "
        "and then decommission it."
    ),
    Wish.DECOMMISSION: _("Please decommission this hub. It is not used any more."),
    Wish.RESUME: _("This hub is suspended. Please take it back into service."),
    Wish.CLAIM: _("We cannot claim this hub. Please tell us why, and what we can do."),
}


def message(
    hub: Hub, wish: Wish, *, references: Sequence[str] = (), replaced_by: Hub | None = None
) -> Message:
    """Return the message about the hub, in the reader's language and in English below."""
    language = translation.get_language() or "en"
    texts = [(language, _text(hub, wish, references, replaced_by))]
    if not language.startswith("en"):
        with translation.override("en"):
            texts.append(("en", _text(hub, wish, references, replaced_by)))
    subject = str(SUBJECTS[wish]) % {"hub": hub.hub_id}
    text = "\n\n— English —\n\n".join(text for _, text in texts)
    to = settings.SPKEY_SUPPORT_ADDRESS
    mailto = f"mailto:{quote(to, safe='@')}?subject={quote(subject)}&body={quote(text)}"
    return Message(subject, tuple(texts), text, mailto)


def _text(hub: Hub, wish: Wish, references: Sequence[str], replaced_by: Hub | None) -> str:
    known = (
        (gettext("Organisation"), f"{hub.organisation.name} ({hub.organisation.spkey_org_id})"),
        (gettext("Hub id"), str(hub.hub_id)),
        (gettext("Serial number"), hub.serial),
        (gettext("Model"), hub.model),
        (gettext("SpKey site id"), hub.spkey_site_id),
        (gettext("Replaced by hub"), str(replaced_by.hub_id) if replaced_by else ""),
        (ngettext("Reference", "References", len(references)), ", ".join(references)),
    )
    lines = "\n".join(f"{name}: {value}" for name, value in known if value)
    return f"{BODIES[wish]}\n\n{lines}"
