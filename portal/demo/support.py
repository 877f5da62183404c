"""Support's access in the demo: a consent that stands at one site, and requests that wait."""

from typing import Final
from uuid import UUID

from portal.consent import asking, giving
from portal.consent.models import Scope
from portal.demo.past import Past, past_of
from portal.hubs import watching
from portal.hubs.models import Hub
from portal.moves import asking as moves
from portal.orgs.models import Organisation
from portal.sandbox import world

HOURS: Final = 7 * 24
WANTED: Final = asking.Wanted(
    reason="Ticket 2231: two hubs of the new wing are still to be claimed", hours=24
)
WHY_OURS: Final = "The building changed hands in May, and the hub stayed in block B."
HELD: Final = UUID(world.MAGIC["claimed_elsewhere"].id)


def let_in(past: Past) -> None:
    """Let support in at Mill Court for a week, in the administrator's name."""
    admin, site = past.people["admin"], past.sites["mill-court"]
    note = "The tablet is away for repair: please claim the hubs in block B."
    scope = Scope(sites=[site], hours=HOURS, note=note)
    past.as_if_by(admin, lambda: giving.give(admin, _support(), scope))


def ask(past: Past) -> None:
    """Have support's agent ask for access."""
    support = past_of(_support())
    agent, organisation = support.people["agent"], past.organisation
    support.as_if_by(
        agent, lambda: asking.ask(agent, organisation, organisation.spkey_org_id, WANTED)
    )


def ask_for_hub(past: Past) -> None:
    """Have the installer ask for a hub that hangs at Mill Court and is bound elsewhere."""
    installer, site = past.people["installer"], past.sites["mill-court"]
    hub = watching.hubs_for(past.organisation, {HELD}, {})[HELD]
    hub.binding, hub.read_at = Hub.Binding.OTHER, past.now
    hub.save(update_fields=["binding", "read_at"])
    past.as_if_by(installer, lambda: moves.ask(installer, moves.Wish(hub, site, WHY_OURS)))


def _support() -> Organisation:
    return Organisation.objects.get(spkey_org_id=world.SUPPORT_ORG_ID)
