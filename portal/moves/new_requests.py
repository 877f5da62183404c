"""Whose agents see a request that no support has begun with: those of one organisation, or of none.

A request names who asks, and for which building. Where several hold a super key, which of them it
concerns only who runs the portal can say.
"""

from django.conf import settings

from portal.orgs.models import ApiCredential


def seen_by() -> str | None:
    """Return the SpKey id of the support that sees new requests; None where nobody does."""
    supports = ApiCredential.objects.filter(kind=ApiCredential.Kind.SUPER).order_by()
    if named := settings.SUPPORT_OF_MOVES:
        return named if supports.filter(organisation__spkey_org_id=named).exists() else None
    only = list(supports.values_list("organisation__spkey_org_id", flat=True)[:2])
    return only[0] if len(only) == 1 else None


def seen_by_nobody() -> bool:
    """Say whether nobody sees new requests, though there are super keys."""
    has_keys = ApiCredential.objects.filter(kind=ApiCredential.Kind.SUPER).exists()
    return has_keys and seen_by() is None
