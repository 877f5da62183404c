"""What else a row of the record knows, as names and values that people can read.

What its sentence has said already, and what is no word for anybody, is left out.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.audit.display import pages, wording
from portal.audit.models import Entry
from portal.audit.record import Role
from portal.core.ui import Text

# What details are called; what is missing here is called as it is written.
NAMES: Final[dict[str, Text]] = {
    "address": _("E-mail address"),
    "administrators": _("Administrators"),
    "after": _("After"),
    "all_sites": _("Where"),
    "archived_at": _("Archived"),
    "bearer_token": _("Bearer token"),
    "because": _("Reason"),
    "before": _("Before"),
    "changed": _("Changed"),
    "changes": _("Changed"),
    "command": _("Command"),
    "days": _("Days"),
    "ends_on": _("Last day"),
    "exceptions": _("Exceptions"),
    "expected": _("Expected hubs"),
    "expected_count": _("Expected hubs"),
    "expires_at": _("Last day"),
    "ends_at": _("Ends"),
    "expires_on": _("Expires on"),
    "factor": _("Second factor"),
    "fallback_spkey_user_id": _("Fallback"),
    "file": _("File"),
    "filters": _("Filters"),
    "handover": _("Handover"),
    "hub": _("Hub"),
    "hubs": _("Hubs"),
    "is_active": _("May sign in"),
    "is_staff": wording.ROLES[Role.OPERATOR],
    "job": _("Job"),
    "key": _("Key"),
    "kind": _("Kind"),
    "make_primary": _("Role"),
    "may_move": _("Allowed"),
    "member": _("Person"),
    "name": _("Name"),
    "note": _("Note"),
    "number": _("Number"),
    "page": _("Page"),
    "people": _("People"),
    "person": _("Person"),
    "place": _("Place"),
    "primary": _("Role"),
    "reason": _("Reason"),
    "reference": _("Reference"),
    "replaced_by": _("Replaced by hub"),
    "replaces": _("In the place of hub"),
    "requires_factor": _("Second factor required of"),
    "role": _("Role"),
    "rows": _("Rows"),
    "since": _("From"),
    "site": _("SpKey site id"),
    "sites": _("Sites"),
    "spkey_org_id": _("SpKey organisation id"),
    "spkey_site_id": _("SpKey site id"),
    "spkey_user_id": _("SpKey user id"),
    "starts_on": _("First day"),
    "state": _("State"),
    "submitted_by": _("Submitted by"),
    "support": _("Support agent"),
    "tail": _("Its last characters"),
    "takes_acceptance": _("Acceptance"),
    "target": _("SpKey organisation id"),
    "ticket": _("Ticket"),
    "type": _("Second factor"),
    "until": _("To"),
    "verdict": _("Result"),
    "wanted": _("Asked for"),
    "way": _("Given"),
    "what": _("Looked up"),
}
# Of these the sentence has told which story it is; `about` says which notice was written already.
NOT_SHOWN: Final = frozenset({"about", "by", "state", "verdict", "account", "of"})
# What yes and no mean there. Where nothing is said of a no, it is left out.
YES_AND_NO: Final[dict[str, tuple[Text, Text]]] = {
    "all_sites": (_("All sites"), _("Only the sites of their jobs")),
    "bearer_token": (_("Stored with it"), ""),
    "is_active": (_("Yes"), _("No")),
    "is_staff": (_("Yes"), _("No")),
    "make_primary": (_("Primary"), _("Secondary")),
    "may_move": (_("Claim and move hubs"), _("Claim hubs only")),
    "primary": (_("Primary"), _("Secondary")),
    "support": (_("Yes"), ""),
    "takes_acceptance": (_("Whoever has the link may accept"), ""),
}
# What some values are called; others stand as they are.
VALUES: Final[dict[str, Text]] = {
    "admin": _("Administrator"),
    "installer": _("Installer"),
    "viewer": _("Viewer"),
    "totp": _("Authenticator app"),
    "webauthn": _("Passkey"),
    "recovery_codes": _("Recovery codes"),
    "admins": _("Administrators"),
    "everybody": _("Everybody"),
    "none": _("Nobody"),
    "key": _("API key alone"),
    "token": _("Bearer token alone"),
    "both": _("Both together"),
    "normal": _("Normal key"),
    "consent": _("Consent"),
    "break_glass": _("Break glass"),
    "page": _("on their own page"),
    "request": _("when support asked"),
    "code": _("by a code"),
    "super": _("Super key"),
    "get_nodes": _("its devices"),
    "server_info": _("server info"),
    "set_wifi_credentials": _("Wi-Fi"),
    "bring_in": _("Bring in"),
    "claim": _("Claim"),
    "move": _("Move"),
    "more_time": _("More time"),
    "move_hub": _("Move of a hub"),
    "other_site": _("Another site"),
    # Why a claim, or what was done to a hub, came to nothing.
    "offline": _("The hub was offline"),
    "unreachable": _("SmartphoneKey did not answer"),
    "rate": _("SmartphoneKey asked us to wait"),
    "busy": _("The hub was busy"),
    "too_often": _("Sent too often"),
    "key_missing": _("There was no API key"),
    "key_kind": _("The API key is of the wrong kind"),
    "key_doubted": _("SmartphoneKey refused the API key once"),
    "key_refused": _("SmartphoneKey refused the API key"),
    "key_unreadable": _("The API key cannot be decrypted"),
    "key_mismatch": _("The API key is another organisation’s"),
    "no_user": _("SmartphoneKey does not know the person"),
    "address_unconfirmed": _("The e-mail address is not confirmed"),
    "another_site": _("It is at another site"),
    "another_organisation": _("It is somebody else’s"),
    "suspended": _("It is suspended"),
    "decommissioned": _("It is decommissioned"),
    "invalid": _("SmartphoneKey found the details wrong"),
    "forbidden": _("The API key may not do it"),
    "not_confirmed": _("SmartphoneKey did not confirm it"),
    "right_gone": _("The right had ended"),
    "not_ours": _("It is not the organisation’s"),
    "moved_meanwhile": _("Somebody else had it by then"),
    "elsewhere": _("It was at another site by then"),
    "missing": _("SmartphoneKey does not know it"),
    "out_of_sight": _("SmartphoneKey did not show it"),
    "against_rules": _("SmartphoneKey’s rules do not allow it"),
    "interrupted": _("It was interrupted"),
    "site_closed": _("The site is archived"),
}
# The id of a row is no word for anybody; that of a hub is.
HUBS: Final = frozenset({"hub", "replaced_by", "replaces"})
LOOKED_UP: Final = "what"
ROW_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What is typed as it stands, and never a word of ours.
TYPED: Final = frozenset({"name", "place", "note", "reference", "wanted", "file", "because"})


def details(entry: Entry) -> list[tuple[str, str]]:
    """Return what else is known, as names and values: not what stands in a column already."""
    told = wording.story(entry)
    shown = {"", str(entry.hub), entry.site, entry.object_label, entry.object_id}
    # A job or handover is called by its number.
    called = {"number"} if "·" in entry.object_label else set()
    # The sentence has named it.
    called |= {"page"} if pages.opened(entry) else set()
    rows = [
        (_name(name, entry), value)
        for name, value in _each(entry.detail)
        if name not in NOT_SHOWN | called | {told} and value not in shown
    ]
    return list(dict.fromkeys(rows))


def _each(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each thing that is known as words, each of several changes by itself."""
    for name, value in detail.items():
        if isinstance(value, dict):
            yield from _each(value)
        elif name == LOOKED_UP and ROW_ID.fullmatch(str(value)):
            yield name, gettext("hub …%(tail)s") % {"tail": str(value)[-4:].upper()}
        elif name not in HUBS and ROW_ID.fullmatch(str(value)):
            continue
        elif words := _words(name, value):
            yield name, words


def _name(name: str, entry: Entry) -> str:
    if name == "people" and entry.verb.startswith("notice."):
        return gettext("Written to")
    return str(NAMES.get(name, name.replace(".", ": ").replace("_", " ")))


def _words(name: str, value: Any) -> str:
    """Return the value in words; "" where there is nothing to say."""
    if isinstance(value, list) and name not in {"people", "administrators"} and len(value) == 2:
        before, after = (_word(name, each) or "–" for each in value)
        return f"{before} → {after}"
    if isinstance(value, list):
        return ", ".join(filter(None, (_word(name, each) for each in value)))
    return _word(name, value)


def _word(name: str, value: Any) -> str:
    if name in YES_AND_NO and str(value) in {"True", "False", ""}:
        yes, no = YES_AND_NO[name]
        return str(yes if str(value) == "True" else no)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return ""
    text = str(value)
    return text if name in TYPED else str(VALUES.get(text) or _day(text) or text)


def _day(text: str) -> str:
    """Return a day or a moment, written as programs do, as people say it; "" for anything else."""
    try:
        at: datetime | date | None = parse_date(text) or parse_datetime(text)
    except ValueError:
        return ""
    if isinstance(at, datetime):
        return date_format(timezone.localtime(at) if timezone.is_aware(at) else at, "j M Y, H:i")
    return date_format(at, "j E Y") if at else ""
