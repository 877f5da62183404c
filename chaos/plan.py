"""What is going to happen to which hub: made of the seed before anything starts."""

import random
import uuid
from dataclasses import dataclass, field
from functools import partial

from chaos.api import Api
from chaos.ledger import ClaimRequest
from chaos.people import People, Task
from chaos.tenants import Tenant
from portal.sandbox import world


@dataclass(slots=True)
class Plan:
    """The tasks in their order, and the hubs that are offline until `bring_online`."""

    tasks: list[Task] = field(default_factory=list)
    offline: list[str] = field(default_factory=list)

    def bring_online(self, api: Api) -> None:
        """Let every hub come online that was not."""
        for hub_id in self.offline:
            api.set_hub(hub_id, online=True)
        self.offline.clear()


def make(api: Api, people: People, tenants: list[Tenant], count: int, seed: int) -> Plan:
    """Return a plan of about `count` claims, its hubs made known to the API."""
    chance, plan = random.Random(seed), Plan()
    *customers, support = tenants
    claim_requests = 0
    while claim_requests < count:
        tenant = chance.choice(customers)
        hub_id = str(uuid.UUID(int=chance.getrandbits(128), version=4))
        _make_hub(api, plan, chance, hub_id)
        site, other_site = chance.sample(sorted(tenant.sites), 2)
        one, other = chance.sample(tenant.people, 2)
        claim_request = ClaimRequest(one, tenant, site, hub_id)
        agents = ClaimRequest(chance.choice(support.people), tenant, site, hub_id, agent=support)
        what = chance.random()
        claim_requests += 1
        if what < 0.14:
            plan.tasks.append(partial(people.tap_twice, claim_request))
        elif what < 0.28:
            rival = ClaimRequest(other, tenant, site, hub_id)
            plan.tasks.append(partial(people.race, claim_request, rival))
        elif what < 0.33:
            rival = ClaimRequest(other, tenant, other_site, hub_id)
            plan.tasks.append(partial(people.race, claim_request, rival))
        elif what < 0.39:
            stranger = chance.choice([one for one in customers if one is not tenant])
            rival = ClaimRequest(chance.choice(stranger.people), stranger, site, hub_id)
            plan.tasks.append(partial(people.race, claim_request, rival))
            claim_requests += 1
        elif what < 0.42:
            plan.tasks.append(partial(people.race, claim_request, agents))
        elif what < 0.54:
            plan.tasks.append(partial(people.claim, agents))
        else:
            plan.tasks.append(partial(people.claim, claim_request))
    return plan


def _make_hub(api: Api, plan: Plan, chance: random.Random, hub_id: str) -> None:
    """Make the hub known: most are fine, some offline for a while, some somebody's; or do not."""
    what = chance.random()
    if what < 0.03:
        return
    api.provision(hub_id)
    if what < 0.05:
        api.set_hub(hub_id, status="Claimed", orgId=world.OTHER_ORG_ID, siteId="their-site")
    elif what < 0.10:
        api.set_hub(hub_id, online=False)
        plan.offline.append(hub_id)
