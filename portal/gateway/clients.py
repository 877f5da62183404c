"""The clients of this thread: one for each key in use, with its pooled connections.

Nobody but the gate hands them out.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable

from django.conf import settings

from portal import spkey
from portal.orgs.models.keys import ApiKey

CLIENTS_PER_THREAD = 8

Ended = Callable[[str, spkey.SpkeyError | None], None]

_local = threading.local()


def client_for(credential: ApiKey, sent: str, ended: Ended) -> spkey.Client:
    """Return this thread's client for the credential, kept while it is used.

    `sent` is one of `ApiKey.Sent`. A replaced key, or a token replaced beside the same
    key, is another client, and so is what sends something else of both. `ended` is told
    how each of its calls ended, and serves every later caller that asks for the same client.
    """
    clients: OrderedDict[tuple[object, ...], spkey.Client]
    clients = _local.__dict__.setdefault("clients", OrderedDict())
    stored = (credential.pk, credential.fingerprint, credential.sent_since)
    name = (settings.SPKEY_BASE_URL, *stored, sent)
    client = clients.pop(name, None) or _make_client(credential, sent, ended)
    clients[name] = client
    if len(clients) > CLIENTS_PER_THREAD:
        _, oldest = clients.popitem(last=False)
        oldest.close()
    return client


def _make_client(credential: ApiKey, sent: str, ended: Ended) -> spkey.Client:
    key = credential.key if sent != ApiKey.Sent.TOKEN else None
    token = credential.bearer_token if sent != ApiKey.Sent.KEY else None
    return spkey.Client(
        settings.SPKEY_BASE_URL,
        key.reveal() if key else None,
        token.reveal() if token else None,
        ended=ended,
    )
