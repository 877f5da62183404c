"""A claim that people look at for long: its hub is offline, and it waits."""

import uuid
from datetime import timedelta

from django.utils import timezone

from bench.people import Installer
from portal.claims.models import Claim, Reason, State
from portal.claims.web import polling
from portal.hubs import watching


def polled_by(person: Installer) -> str:
    """Make such a claim; return where its page polls when it has seen everything."""
    before = timezone.now() - timedelta(minutes=5)
    hub_id = uuid.uuid4()
    claim = Claim.objects.create(
        organisation=person.organisation,
        hub=watching.hub_for(person.organisation, hub_id),
        hub_id_text=str(hub_id),
        site=person.site,
        spkey_site_id=person.site.spkey_site_id,
        submitted_by=person.user,
        submission=uuid.uuid4(),
        state=State.WAITING,
        reason=Reason.OFFLINE,
        created_at=before,
        contacted_at=before,
        due_at=timezone.now() + timedelta(hours=1),
    )
    return f"/claims/{claim.pk}/live/?seen={polling.seen(claim)}"
