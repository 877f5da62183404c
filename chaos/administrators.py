"""What administrators do with their organisation's key, and SpKey with it behind their back."""

import random
import time

import requests
from django.db import DatabaseError, InterfaceError, connection

from chaos.api import Api
from chaos.ledger import Ledger
from chaos.options import RunOptions
from chaos.tenants import Tenant
from portal.orgs.models import ApiCredential, KeyCandidate

KEY, CHECK = "/organisation/key/", "/organisation/key/check/"
CHECK_NEW = "/organisation/key/new/check/"
# No key of SpKey's.
WRONG = "mistyped" + "0" * 32


class Administrators:
    """Rotates, revokes and mistypes keys during the faults, and restores them on the key page."""

    def __init__(
        self, api: Api, ledger: Ledger, options: RunOptions, tenants: list[Tenant]
    ) -> None:
        self._api = api
        self._ledger = ledger
        self._options = options
        self._tenants = tenants
        self._chance = random.Random(options.seed + 2)

    def run(self) -> None:
        """Break a key, restore it, until the faults are over."""
        while not self._options.rest(self._chance.uniform(3, 12)):
            act = self._chance.choice((self._rotate, self._rotate, self._revoke, self._mistype))
            try:
                act(self._chance.choice(self._tenants))
                self.restore()
            except (DatabaseError, InterfaceError):
                connection.close()

    def restore(self) -> None:
        """Enter a new key where SpKey refuses the stored one; have others that do not work checked.

        As far as the portal knows: it may have been told nonsense, of a new key as well.
        """
        for tenant in self._tenants:
            state = ApiCredential.objects.get(organisation=tenant.organisation).state
            new = KeyCandidate.objects.filter(organisation=tenant.organisation).first()
            if new is not None and not new.is_being_checked:
                self._post(tenant, CHECK_NEW, {"candidate": str(new.pk)})
            if new is not None and new.masked_key[:8] != WRONG[:8]:
                continue
            if state == ApiCredential.State.REFUSED and self._chance.random() < 0.5:
                self._rotate(tenant)
            elif state != ApiCredential.State.WORKING:
                self._post(tenant, CHECK, {})
        connection.close()

    def _rotate(self, tenant: Tenant) -> None:
        """Let SpKey make a new key; the old one is refused until the new one is entered."""
        key = self._api.rotate(tenant.key)
        self._ledger.count("keys rotated and entered again")
        self._options.rest(self._chance.uniform(0, 8))
        while not self._post(tenant, KEY, {"key": key, "bearer_token": ""}):
            time.sleep(0.2)

    def _mistype(self, tenant: Tenant) -> None:
        """Enter a key that SpKey does not know, where none waits: the one in use goes on."""
        if not KeyCandidate.objects.filter(organisation=tenant.organisation).exists():
            self._ledger.count("wrong keys entered")
            self._post(tenant, KEY, {"key": WRONG, "bearer_token": ""})

    def _revoke(self, tenant: Tenant) -> None:
        """Let SpKey refuse the key for a while."""
        self._api.revoke(tenant.key)
        self._ledger.count("keys revoked for a while")
        self._options.rest(self._chance.uniform(2, 10))
        self._api.restore(tenant.key)
        self._post(tenant, CHECK, {})

    def _post(self, tenant: Tenant, path: str, fields: dict[str, str]) -> bool:
        """Post to the key page; say whether it was answered."""
        assert tenant.admin is not None
        try:
            address = f"{path}?organisation={tenant.organisation.pk}"
            page = tenant.admin.browser.post(address, fields)
        except requests.RequestException:
            return False
        if page.status not in {302, 503}:
            self._ledger.surprise(f"{path} was answered with {page.status}")
        return page.status != 503
