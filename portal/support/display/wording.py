"""What support reads of a claim that cannot be made for somebody else."""

from django.utils.translation import gettext_lazy as _

from portal.core.ui import Text

# The same words for any such claim: where it is and who made it is the organisation's affair.
ALREADY_CLAIMING = _(
    "The organisation already has a claim of this hub, under way or just done. Nothing was sent."
)
TOO_MANY = _(
    "You have made as many claims for others as one agent may in an hour. Nothing was sent."
)
NO_SPKEY_ID = _("An id has letters, digits and . _ : - only, 128 of them at most. Copy all of it.")
CLOSED_SITE = _("This site takes no claims. Choose another.")
TWO_SITES = _("A site is chosen above as well. Use one of the two.")
NO_SITE = _("Choose the site, or type its SpKey id.")
ARCHIVED_SITE = _("%(site)s is archived and takes no claims.")
NO_REASON = _("Say why you claim for them.")
SHORT_REASON = _("Say a little more: at least 10 characters.")
NOT_CONFIRMED = _("Type it to say that you mean this organisation.")
OTHER_ORGANISATION = _("This is not the organisation’s SpKey id.")

TARGETS: dict[str, Text] = {
    "no_id": NO_SPKEY_ID,
    "support": _("This is a support organisation. Support claims for others only."),
}
"""Why an organisation cannot be claimed for: see `targets.TargetError`."""
