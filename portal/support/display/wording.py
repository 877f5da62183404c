"""What support reads of what cannot be done for somebody else."""

from django.utils.translation import gettext_lazy as _

from portal.consent.display.wording import ALREADY_CLAIMING, NO_REASON, TOO_MANY

__all__ = ["ALREADY_CLAIMING", "NO_REASON", "TOO_MANY"]

NO_SUCH_ACCESS = _("You have no such access. Nothing was sent.")
NO_SPKEY_ID = _("An id has letters, digits and . _ : - only, 128 of them at most. Copy all of it.")
CLOSED_SITE = _("This site takes no claims. Choose another.")
NO_NEW_SITE = _("Choose the site it goes to.")
NO_REASON_TO_MOVE = _("Say why you move it.")
BEING_CHANGED = _("Something else is being done to this hub. Wait until it ends.")
TWO_SITES = _("A site is chosen above as well. Use one of the two.")
NO_SITE = _("Choose the site, or type its SpKey id.")
OTHER_SITE = _("The access does not hold at this site.")
ARCHIVED_SITE = _("%(site)s is archived and takes no claims.")
NO_REASON_FOR_ACCESS = _("Say why you need it.")
SHORT_REASON = _("Say a little more: at least 10 characters.")
NAMES_ANOTHER = _("They read this, and “%(words)s” is another organisation. Leave it out.")
# Of whom a hub's id or an address stands for, nothing is told by this.
NAMES_ONE_NOT_NAMED = _(
    "They read this, and “%(words)s” is an organisation that you have not named above. Leave it"
    " out, or name it above."
)
NO_TICKET = _("Give the number of the ticket.")
OTHER_ORGANISATION = _("This is not what you typed before.")
NAMES_NOBODY = _(
    "The portal knows no organisation by that, or several. Use its SpKey id. Nothing was done."
)
SUPPORT_ORGANISATION = _("This is a support organisation. Support acts for others only.")
# One sentence for whatever is wrong, or the code of one organisation would tell of another.
WRONG_CODE = _(
    "That does not fit. Check both with the person on the telephone; after five wrong tries, or "
    "ten minutes, they need a new code."
)
TOO_MANY_CODES = _("You have tried too many codes. Wait an hour, or ask for access instead.")
# Said of every request: it tells of nobody whether they use the portal.
ASKED = _(
    "If they use the portal, their administrators are asked now. You will be told by"
    " e-mail, and here."
)
