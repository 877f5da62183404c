"""An organisation's receiver, and events as SpKey posts them to it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from portal.events import receivers
from portal.events.models import Receiver
from portal.sandbox import world

KEY = "k" * 43


def address(key: str = KEY) -> str:
    return f"/events/{key}"


def event(kind: str, hub: object, version: int | None = 2, **changed: Any) -> dict[str, Any]:
    """An event of a hub of Acme's; `changed` goes into its detail, `id` and `time` beside it."""
    now = datetime.now(UTC)
    detail = {
        "partnerId": world.ACME_ORG_ID,
        "aggregateType": "hub",
        "aggregateId": str(hub),
        "version": version,
        "timestamp": int(now.timestamp() * 1000),
        "data": {"hubId": str(hub)},
    }
    envelope = {
        "version": "0",
        "id": changed.pop("id", None) or str(uuid4()),
        "detail-type": kind,
        "source": "spk.api",
        "time": changed.pop("time", now.isoformat()),
    }
    return envelope | {"detail": detail | changed}


def shadow(hub: object, version: int = 1, **changed: Any) -> dict[str, Any]:
    """A device's report, with what it was told in confidence."""
    detail = {
        "partnerId": world.ACME_ORG_ID,
        "thingName": str(hub),
        "version": version,
        "reportedState": json.dumps({"online": True}),
        "desiredState": json.dumps({"ssid": "Home", "credentials": "wifi-password"}),
        "deltaState": json.dumps({"credentials": "wifi-password"}),
        "metadata": "{}",
    }
    return {
        "id": changed.pop("id", None) or str(uuid4()),
        "detail-type": "Shadow Update",
        "source": "spk.iot.shadow",
        "time": changed.pop("time", datetime.now(UTC).isoformat()),
        "detail": detail | changed,
    }


@pytest.fixture
def receiver(acme) -> Receiver:
    """Where Acme's events come, without a secret."""
    return receivers.replace(acme, None, KEY)


@pytest.fixture
def post(receiver) -> Callable[..., Any]:
    """Post something to Acme's receiver, as SpKey does."""
    client = Client(enforce_csrf_checks=True)

    def posted(body: object, key: str = KEY, **headers: str) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post(address(key), text, content_type="application/json", headers=sent)

    return posted
