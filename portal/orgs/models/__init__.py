"""The app's models, as Django looks for them."""

from portal.orgs.models.invitations import FactorInvitation, Invitation
from portal.orgs.models.keys import ApiCredential, KeyCandidate, KeyReminder
from portal.orgs.models.organisations import Membership, Organisation
from portal.orgs.models.people import User

__all__ = [
    "ApiCredential",
    "FactorInvitation",
    "Invitation",
    "KeyCandidate",
    "KeyReminder",
    "Membership",
    "Organisation",
    "User",
]
