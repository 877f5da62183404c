"""Everything that one run is made of, once its processes run and its people are signed in."""

from dataclasses import dataclass

from chaos import accounts
from chaos.administrators import Administrators
from chaos.api import Api
from chaos.ledger import Ledger
from chaos.options import RunOptions
from chaos.people import People
from chaos.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who is there, what they do, and what they were answered."""

    options: RunOptions
    ledger: Ledger
    api: Api
    tenants: list[Tenant]
    people: People
    administrators: Administrators

    def accounts(self) -> accounts.Accounts:
        """Lay the three accounts side by side, as they are now."""
        keys = {tenant.org_id: tenant.key for tenant in self.tenants}
        return accounts.read(self.ledger, keys, self.api.log())
