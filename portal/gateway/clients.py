"""The clients of this thread: one for each key in use, with its pooled connections.

Nobody but the gate hands them out.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings

from portal import spkey
from portal.orgs.models import ApiCredential

CLIENTS_PER_THREAD = 8

Ended = Callable[[spkey.SpkeyError | None], None]

_local = threading.local()


def client_for(credential: ApiCredential, ended: Ended) -> spkey.Client:
    """Return this thread's client for the credential, kept while it is used.

    A replaced key, or a token replaced beside the same key, is another client. `ended` is told
    how each of its calls ended, and serves every later caller that asks for the same client.
    """
    clients: OrderedDict[tuple[object, ...], spkey.Client]
    clients = _local.__dict__.setdefault("clients", OrderedDict())
    name = (settings.SPKEY_BASE_URL, credential.pk, credential.fingerprint, credential.replaced_at)
    client = clients.pop(name, None) or _make_client(credential, ended)
    clients[name] = client
    if len(clients) > CLIENTS_PER_THREAD:
        _, oldest = clients.popitem(last=False)
        oldest.close()
    return client


def _make_client(credential: ApiCredential, ended: Ended) -> spkey.Client:
    if credential.key is None:
        raise ValueError("a credential without a key")
    token = credential.bearer_token
    return spkey.Client(
        settings.SPKEY_BASE_URL,
        credential.key.reveal(),
        token.reveal() if token else None,
        ended=ended,
    )
