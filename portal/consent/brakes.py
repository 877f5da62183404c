"""How much one agent may do for others: so much an hour, for so many organisations a day.

Both are counted in the database, exactly, however many processes count.
"""

from typing import Final

from django.conf import settings
from django.db import transaction

from portal.core.throttle import Limit, LimitReachedError, once
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs.models import Membership

HOUR: Final = 3600
DAY: Final = 24 * HOUR


def take(agent: Membership, spkey_org_id: str) -> None:
    """Count one action of the agent's for this organisation.

    Raises LimitReachedError beyond what one agent may do; then the leads are told, once. It must
    not be called inside a transaction: what is undone counts as well.
    """
    hourly = Limit("claims of a support agent", settings.SUPPORT_CLAIMS_AN_HOUR, HOUR)
    daily = Limit("organisations of a support agent", settings.SUPPORT_ORGANISATIONS_A_DAY, DAY)
    whom = str(agent.user_id)
    try:
        hourly.take(whom)
    except LimitReachedError:
        _tell(agent, hourly, "actions")
        raise
    try:
        _count_organisation(daily, whom, spkey_org_id)
    except LimitReachedError:
        _tell(agent, daily, "organisations")
        raise


@transaction.atomic
def _count_organisation(daily: Limit, whom: str, spkey_org_id: str) -> None:
    # By the day that is counted, so that the next one counts it anew.
    which = f"{whom} {spkey_org_id} {daily.since()}"
    if once("organisation of a support agent", which, within=daily.length):
        daily.take(whom)


@transaction.atomic
def _tell(agent: Membership, limit: Limit, what: str) -> None:
    occasion = f"{agent.user_id}.{what}.{limit.since()}"
    if once("burst of a support agent", occasion, within=limit.length):
        outbox.notify(
            agent.organisation_id,
            Notice.Kind.SUPPORT_BURST,
            occasion,
            person=agent.user.display_name,
            what=what,
            most=limit.most,
        )
