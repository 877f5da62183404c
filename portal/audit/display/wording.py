"""What the record says: one sentence for each verb, and words for all else that stands in a row.

A new verb needs a sentence here; until it has one, it is shown as it is written. Sentences may
name `who` acted, the `what` that it was done to, the `hub`, and the `site` as people call it. A
verb that tells different stories has one sentence for each: `verb/state`, as its detail has it.
"""

from typing import Final

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.audit.display import pages
from portal.audit.kinds import Kind
from portal.audit.models import Entry
from portal.audit.record import HIDDEN_ROLES, Role
from portal.core.ui import Text

SENTENCES: Final[dict[str, Text]] = {
    # Claims
    "claim.submitted": _("%(who)s asked to claim hub %(hub)s at %(site)s"),
    "claim.ended": _("The claim of hub %(hub)s at %(site)s ended"),
    "claim.ended/claimed": _("Hub %(hub)s was claimed at %(site)s"),
    "claim.ended/already_yours": _("Hub %(hub)s was claimed at %(site)s already"),
    "claim.ended/conflict": _("Hub %(hub)s could not be claimed at %(site)s: it is elsewhere"),
    "claim.ended/rejected": _("SmartphoneKey refused to claim hub %(hub)s at %(site)s"),
    "claim.ended/not_found": _("SmartphoneKey does not know hub %(hub)s, meant for %(site)s"),
    "claim.ended/expired": _("The claim of hub %(hub)s at %(site)s was given up"),
    "claim.ended/cancelled": _("%(who)s stopped the claim of hub %(hub)s at %(site)s"),
    "claim.released": _("%(who)s let the claim of hub %(hub)s at %(site)s go on"),
    "claim.placed": _("%(who)s changed the place of hub %(hub)s"),
    "claim.late_effect": _("Hub %(hub)s was claimed at %(site)s after its claim had ended"),
    "claim.bound_elsewhere": _("Hub %(hub)s went to another organisation instead of %(site)s"),
    "support.claimed": _("%(who)s asked to claim hub %(hub)s at %(site)s for you"),
    # Support's access
    "support.granted": _("%(who)s let %(what)s act for you"),
    "support.revoked": _("%(who)s took access back from %(what)s"),
    "support.ended": _("The access of %(what)s ended"),
    "support.first_used": _("%(who)s used their access for the first time"),
    "support.asked": _("%(who)s asked for access"),
    "support.declined": _("%(who)s declined a request for access"),
    "support.code_made": _("%(who)s made a code to read to support"),
    "support.code_used": _("%(who)s was let in by a code"),
    "support.broke_glass": _("%(who)s broke the glass: access without consent"),
    "support.searched": _("%(who)s looked something up"),
    "support.page_opened": _("%(who)s opened a page under break glass"),
    "support.named_unknown": _("%(who)s named an organisation that the portal does not know"),
    "support.exported": _("%(who)s exported what support did"),
    # Hubs
    "hub.photo_added": _("%(who)s added a photo of hub %(hub)s"),
    "hub.photo_removed": _("%(who)s removed a photo of hub %(hub)s"),
    "hub.photo_restored": _("%(who)s brought back a photo of hub %(hub)s"),
    "hub.replaced": _("%(who)s replaced hub %(hub)s"),
    "hub.put_back": _("%(who)s put hub %(hub)s back in use"),
    "hub.took_place": _("Hub %(hub)s took the place of another at %(site)s"),
    "hub.place_left": _("Hub %(hub)s is at %(site)s now; its place stayed behind"),
    "hub.move_asked": _("%(who)s asked to move hub %(hub)s to %(site)s"),
    "hub.move_ended": _("The move of hub %(hub)s to %(site)s ended"),
    "hub.move_ended/done": _("Hub %(hub)s was moved to %(site)s"),
    "hub.move_ended/was_so": _("Hub %(hub)s was at %(site)s already"),
    "hub.move_ended/refused": _("SmartphoneKey refused to move hub %(hub)s to %(site)s"),
    "hub.move_ended/cancelled": _("%(who)s stopped the move of hub %(hub)s to %(site)s"),
    "hub.reclaim_asked": _("%(who)s asked to bring hub %(hub)s to %(site)s"),
    "hub.reclaim_ended": _("Bringing hub %(hub)s to %(site)s ended"),
    "hub.reclaim_ended/done": _("Hub %(hub)s was brought to %(site)s"),
    "hub.reclaim_ended/was_so": _("Hub %(hub)s was yours at %(site)s already"),
    "hub.reclaim_ended/refused": _("Hub %(hub)s could not be brought to %(site)s"),
    "hub.wanted": _("%(who)s asked support for hub %(hub)s at %(site)s"),
    "hub.wanted_withdrawn": _("%(who)s took the request for hub %(hub)s back"),
    "hub.wanted_ended": _("The request for hub %(hub)s ended"),
    "hub.wanted_ended/moved": _("Support moved hub %(hub)s to %(site)s"),
    "hub.wanted_ended/not_moved": _("Support could not move hub %(hub)s to %(site)s"),
    "hub.wanted_ended/not_needed": _("Hub %(hub)s needs no request any more"),
    "hub.asked_of_us_yes": _("%(who)s agreed that hub %(hub)s may be moved away"),
    "hub.asked_of_us_no": _("%(who)s refused that hub %(hub)s is moved away"),
    "hub.asked_of_us_silent": _("Nobody answered in time whether hub %(hub)s may be moved away"),
    "support.looked_up": _("%(who)s looked up whose hub %(hub)s is"),
    "support.approved_move": _("%(who)s approved that hub %(hub)s is moved to %(site)s"),
    "support.declined_move": _("%(who)s declined the request for hub %(hub)s"),
    "support.asked_for_hub": _("%(who)s asked whether hub %(hub)s may be moved away"),
    "support.takes_hub": _("%(who)s has hub %(hub)s moved to another organisation"),
    "support.took_hub": _("Hub %(hub)s was moved to another organisation"),
    "hub.role_asked": _("%(who)s asked to change the role of hub %(hub)s"),
    "hub.role_ended": _("The change of the role of hub %(hub)s ended"),
    "hub.role_ended/done": _("The role of hub %(hub)s was changed"),
    "hub.role_ended/refused": _("SmartphoneKey refused to change the role of hub %(hub)s"),
    "hub.suspend_asked": _("%(who)s asked to suspend hub %(hub)s"),
    "hub.suspend_ended": _("The suspension of hub %(hub)s came to nothing"),
    "hub.suspend_ended/done": _("Hub %(hub)s was suspended"),
    "hub.suspend_ended/was_so": _("Hub %(hub)s was suspended already"),
    "hub.suspend_ended/unknown": _("Whether hub %(hub)s was suspended is not known"),
    "hub.suspend_ended/refused": _("SmartphoneKey refused to suspend hub %(hub)s"),
    "hub.command_asked": _("%(who)s sent a command to hub %(hub)s"),
    "hub.command_ended": _("A command to hub %(hub)s came to nothing"),
    "hub.command_ended/accepted": _("SmartphoneKey accepted a command to hub %(hub)s"),
    "hub.command_ended/unknown": _("Whether a command reached hub %(hub)s is not known"),
    "hub.commission_asked": _("%(who)s asked to add a Matter device to hub %(hub)s"),
    "hub.commission_ended": _("Adding a Matter device to hub %(hub)s came to nothing"),
    "hub.commission_ended/accepted": _("SmartphoneKey accepted a Matter device for hub %(hub)s"),
    "hub.commission_ended/unknown": _("Whether hub %(hub)s got a Matter device is not known"),
    # Many at once
    "import.carried_out": _("%(who)s began import %(what)s"),
    "import.stopped": _("%(who)s stopped import %(what)s"),
    "import.discarded": _("%(who)s discarded the plan of import %(what)s"),
    # Sites
    "site.created": _("%(who)s added the site %(what)s"),
    "site.changed": _("%(who)s changed the site %(what)s"),
    "site.archived": _("%(who)s archived the site %(what)s"),
    "site.restored": _("%(who)s took the site %(what)s back into use"),
    "site.removed": _("%(who)s removed the site %(what)s"),
    # Hubs
    "hub.brought_in": _("%(who)s brought in hub %(hub)s with import %(what)s"),
    "hub.described": _("%(who)s changed the place or the note of hub %(hub)s"),
    "hub.exported": _("%(who)s exported the list of hubs"),
    # Jobs, and what is asked for
    "job.created": _("%(who)s planned the job %(what)s"),
    "job.changed": _("%(who)s changed the job %(what)s"),
    "job.extended": _("%(who)s extended the job %(what)s"),
    "job.assigned": _("%(who)s changed who works on the job %(what)s"),
    "job.cancelled": _("%(who)s cancelled the job %(what)s"),
    "job.reopened": _("%(who)s opened the job %(what)s again"),
    "job.asked": _("%(who)s asked to claim at %(what)s"),
    "job.asked/move_hub": _("%(who)s asked to have hub %(hub)s moved to %(what)s"),
    "job.granted/move_hub": _("%(who)s allowed the move of hub %(hub)s to %(what)s"),
    "job.refused/move_hub": _("%(who)s refused to move hub %(hub)s to %(what)s"),
    "job.granted": _("%(who)s allowed to claim at %(what)s, as was asked"),
    "job.refused": _("%(who)s refused what was asked for at %(what)s"),
    "job.completed": _("%(who)s completed the job %(what)s"),
    "handover.accepted": _("Handover %(what)s was accepted"),
    "handover.link_made": _("%(who)s made a link to handover %(what)s"),
    "handover.link_ended": _("%(who)s ended a link to handover %(what)s"),
    # People
    "membership.added": _("%(who)s added %(what)s"),
    "membership.changed": _("%(who)s changed what %(what)s may do"),
    "membership.removed": _("%(who)s removed %(what)s"),
    "membership.left": _("%(what)s left the organisation"),
    "invitation.sent": _("%(who)s invited %(what)s"),
    "invitation.sent_again": _("%(who)s invited %(what)s once more"),
    "invitation.revoked": _("%(who)s took back the invitation of %(what)s"),
    "invitation.accepted": _("%(who)s accepted the invitation"),
    "person.joined": _("%(what)s opened an account"),
    "person.added": _("%(who)s added the person %(what)s"),
    "person.changed": _("%(who)s changed the account of %(what)s"),
    "person.password_set": _("%(who)s set a new password for %(what)s"),
    "second_factor.removed": _("%(who)s removed a second factor of %(what)s"),
    "second_factor.removed/totp": _("%(who)s removed the authenticator app of %(what)s"),
    "second_factor.removed/webauthn": _("%(who)s removed a passkey of %(what)s"),
    "second_factor.removed/recovery_codes": _("%(who)s removed the recovery codes of %(what)s"),
    "factor.invited": _("%(who)s invited %(what)s to set up a second factor"),
    "factor.accepted": _("%(what)s accepted the invitation to set up a second factor"),
    # The organisation, its key and its letters
    "organisation.created": _("%(who)s added the organisation %(what)s"),
    "organisation.changed": _("%(who)s changed the settings of %(what)s"),
    "organisation.recovered": _("%(who)s invited somebody new to run %(what)s"),
    "organisation.id_confirmed": _("%(who)s confirmed the organisation id of %(what)s"),
    "organisation.first_steps_put_away": _("%(who)s put the first steps of %(what)s away"),
    "key.replaced": _("%(who)s stored the API key %(what)s"),
    "key.candidate_stored": _("%(who)s gave a new API key, which is checked first"),
    "key.candidate_discarded": _("%(who)s discarded the new API key"),
    "key.candidate_checking": _("The new API key is being checked"),
    "key.candidate_refused": _("SmartphoneKey refused the new API key"),
    "key.candidate_mismatch": _("The new API key proved to be another organisation’s"),
    "key.candidate_unreachable": _("The new API key was checked: there was no answer"),
    "key.candidate_check_asked": _("%(who)s asked for a check of the new API key"),
    "key.used_unchecked": _("%(who)s put the new API key to use without a check"),
    "key.expiry_set": _("%(who)s changed when the API key %(what)s ends"),
    "key.sent_chosen": _("%(who)s changed how the API key %(what)s is sent"),
    "key.check_asked": _("%(who)s asked for a check of the API key %(what)s"),
    "key.checked": _("The API key %(what)s was checked"),
    "key.checked/working": _("The API key %(what)s was checked: it works"),
    "key.checked/refused": _("The API key %(what)s was checked: SmartphoneKey refuses it"),
    "key.checked/unreachable": _("The API key %(what)s was checked: there was no answer"),
    "key.refused": _("SmartphoneKey refused the API key %(what)s"),
    "key.mismatch": _("The API key %(what)s proved to be another organisation’s"),
    "key.kind_changed": _("%(who)s changed for whom the API key %(what)s may act"),
    "webhook.made": _("%(who)s made an address for live events"),
    "webhook.replaced": _("%(who)s replaced the address for live events"),
    "webhook.secret_made": _("%(who)s made a secret for live events"),
    "webhook.secret_removed": _("%(who)s removed a secret for live events"),
    "notice.told": _("E-mail was written"),
    "notice.told/key_refused": _("E-mail was written about the refused API key"),
    "notice.told/key_mismatch": _("E-mail was written about an API key of another organisation"),
    "notice.told/key_forbidden": _("E-mail was written about an API key that may not claim"),
    "notice.told/key_expires": _("E-mail was written about the API key, which ends soon"),
    "notice.told/hub_refused": _("E-mail was written about a hub that could not be claimed"),
    "notice.told/import_finished": _("E-mail was written about an import that finished"),
    "notice.told/late_effect": _("E-mail was written about a claim that took effect late"),
    "notice.told/review": _("E-mail was written about a claim that is not confirmed"),
    "notice.told/unknown_hubs": _("E-mail was written about many unknown hubs"),
    "notice.told/bound_elsewhere": _("E-mail was written about a hub that went elsewhere"),
    "notice.told/support_claimed": _("E-mail was written about a hub that SpKey support claimed"),
    "notice.told/support_moved": _("E-mail was written about a hub that SpKey support moves"),
    "notice.told/support_granted": _("E-mail was written about access given to support"),
    "notice.told/support_used": _("E-mail was written about the first use of support’s access"),
    "notice.told/support_asked": _("E-mail was written about a request for access"),
    "notice.told/support_answered": _(
        "E-mail was written about the answer to a request for access"
    ),
    "notice.told/break_glass": _("E-mail was written about access without consent"),
    "notice.told/glass_broken": _("E-mail was written about an agent who broke the glass"),
    "notice.told/move_held": _("E-mail was written about a hub that somebody else asks for"),
    "notice.told/move_answered": _("E-mail was written about the answer of a hub’s holder"),
    "notice.told/move_ended": _("E-mail was written about the end of a request for a hub"),
    "notice.told/hub_taken": _("E-mail was written about a hub that was moved away"),
    "notice.told/support_burst": _("E-mail was written about many actions of an agent"),
    "notice.told/job_overdue": _("E-mail was written about an overdue job"),
    "notice.told/job_request": _("E-mail was written about a request to answer"),
    "notice.told/job_answer": _("E-mail was written about the answer to a request"),
    "notice.told/job_completed": _("E-mail was written about a completed job"),
    "notice.told/operator_change": _("E-mail was written about a change by an operator"),
    "notice.told/administrators": _("E-mail was written about a change of administrators"),
    "notice.told/gave_up": _("E-mail was written about claims that were given up"),
    "notice.told/hubs_offline": _("E-mail was written about hubs that are offline"),
    "notice.told/hubs_back": _("E-mail was written about hubs that are online again"),
    "notice.told/hubs_left": _("E-mail was written about hubs that are no longer yours"),
    "notice.told/waits": _("E-mail was written about claims that wait for somebody"),
    "record.exported": _("%(who)s exported the record"),
    "news.changed": _("%(who)s changed which e-mails they get"),
    # Getting in
    "session.began": _("%(who)s signed in"),
    "session.ended": _("%(who)s signed out"),
    "session.ended/age": _("%(who)s was signed out after a long time"),
    "session.ended/its owner": _("%(who)s signed out another device of theirs"),
    "session.all_ended": _("%(what)s was signed out everywhere"),
    "sign_in.failed": _("Somebody failed to sign in as %(what)s"),
    "sign_in.locked": _("Sign-in as %(what)s was slowed down after many tries"),
    "password.changed": _("%(who)s changed their password"),
    "password.set": _("%(who)s set a password"),
    "password.reset": _("%(who)s set a new password by an e-mailed link"),
    "factor.added": _("%(who)s set up a second factor"),
    "factor.added/totp": _("%(who)s set up an authenticator app"),
    "factor.added/webauthn": _("%(who)s added a passkey"),
    "factor.added/recovery_codes": _("%(who)s got recovery codes"),
    "factor.removed": _("%(who)s removed a second factor"),
    "factor.removed/totp": _("%(who)s turned their authenticator app off"),
    "factor.removed/webauthn": _("%(who)s removed a passkey"),
    "factor.removed/recovery_codes": _("The recovery codes of %(who)s ended"),
    "factor.replaced": _("%(who)s replaced their recovery codes"),
    "factor.used": _("%(who)s used their second factor"),
    "factor.used/totp": _("%(who)s confirmed with their authenticator app"),
    "factor.used/webauthn": _("%(who)s confirmed with a passkey"),
    "factor.used/recovery_codes": _("%(who)s used a recovery code"),
    "factor.failed": _("A wrong code was entered for %(what)s"),
}
# Where a verb's detail says which story it tells.
STORIES: Final = ("state", "verdict", "by", "kind", "factor", "type")

KINDS: Final[dict[str, Text]] = {
    Kind.CLAIMS: _("Claims"),
    Kind.SITES: _("Sites"),
    Kind.HUBS: _("Hubs"),
    Kind.JOBS: _("Jobs"),
    Kind.PEOPLE: _("People"),
    Kind.KEY: _("API key"),
    Kind.SIGN_IN: _("Sign-in"),
    Kind.SUPPORT: _("Support"),
    Kind.OTHER: _("Other"),
}
ROLES: Final[dict[str, Text]] = {
    "admin": _("Administrator"),
    "installer": _("Installer"),
    "viewer": _("Viewer"),
    Role.SUPPORT: _("SpKey support"),
    Role.OPERATOR: _("Operator of the portal"),
    Role.PORTAL: _("The portal"),
}
RESULTS: Final[dict[str, Text]] = {
    "": pgettext_lazy("a result", "Done"),
    "failed": _("Failed"),
    "refused": _("Refused"),
}


def sentence(entry: Entry, *, is_own: bool = False) -> str:
    """Return what happened.

    `is_own`: the reader may know who did it, as they did it themselves, or their own agent did.
    """
    told = story(entry)
    words = SENTENCES.get(f"{entry.verb}/{entry.detail.get(told, '')}", SENTENCES.get(entry.verb))
    facts = {
        "who": who(entry, is_own=is_own),
        "what": what(entry, is_own=is_own),
        "hub": f"…{str(entry.hub)[-4:].upper()}" if entry.hub else "…",
        "site": entry.object_label or entry.site or gettext("an unknown site"),
    }
    if not words:
        return f"{facts['who']}: {_as_written(entry.verb)}"
    page = pages.opened(entry)
    return f"{str(words) % facts}: {page}" if page else str(words) % facts


def story(entry: Entry) -> str:
    """Return by which of its details the sentence is chosen, where there are several; else ""."""
    told = (name for name in STORIES if f"{entry.verb}/{entry.detail.get(name, '')}" in SENTENCES)
    return next(told, "")


def who(entry: Entry, *, is_own: bool = False) -> str:
    """Return who acted: organisations never learn which agent or operator."""
    if entry.actor_role in HIDDEN_ROLES and not is_own:
        return str(ROLES[entry.actor_role])
    if entry.actor_id is None:
        return gettext("The portal") if entry.actor_role == Role.PORTAL else gettext("Somebody")
    return entry.actor_name or entry.actor_label


def address_of(entry: Entry, *, is_own: bool = False) -> str:
    """Return the e-mail address of who acted, where the reader may know who that is."""
    return "" if entry.actor_role in HIDDEN_ROLES and not is_own else entry.actor_label


def came_from(entry: Entry, *, is_own: bool = False) -> str:
    """Return the network address, where the reader may know who that is."""
    return "" if entry.actor_role in HIDDEN_ROLES and not is_own else entry.address


def what(entry: Entry, *, is_own: bool = False) -> str:
    """Return what it was done to."""
    is_hidden = entry.actor_role in HIDDEN_ROLES and not is_own
    if is_hidden and entry.object_id and entry.object_id == str(entry.actor_id):
        return str(ROLES[entry.actor_role])
    return entry.object_label or entry.object_id or gettext("an unknown account")


def role(entry: Entry) -> str:
    """Return in which role somebody acted; empty where it is not known."""
    return str(ROLES.get(entry.actor_role, entry.actor_role))


def kind(entry: Entry) -> str:
    """Return what kind of thing it is about."""
    return str(KINDS.get(entry.kind, entry.kind))


def result(entry: Entry) -> str:
    """Return what came of it."""
    return str(RESULTS.get(entry.result, entry.result))


def _as_written(name: str) -> str:
    return name.replace(".", ": ").replace("_", " ")
