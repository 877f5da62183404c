"""Six letters that an administrator reads to an agent on the telephone.

They are bound to the organisation, which the agent names beside them. A wrong organisation and a
wrong code take the same steps and end the same way, so that neither tells of the other.
"""

import secrets
import unicodedata
import uuid
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from portal.audit.record import record
from portal.consent import asking, giving
from portal.consent.models import CODE_LASTS, MOST_WRONG_TRIES, Code, Grant, Scope, WrongTry
from portal.core.leasing import due_at, taken_away
from portal.core.throttle import Limit
from portal.orgs.models import Membership, Organisation

# None that looks like another or like a digit, and no vowel: they spell nothing.
ALPHABET: Final = "CDFHJKMNPRTVWXY"
LENGTH: Final = 6
# What a Greek keyboard has in the place of those of the same look.
GREEK: Final = str.maketrans("ΗΚΜΝΡΤΧΥ", "HKMNPTXY")  # noqa: RUF001 - meant
# A code stands for minutes: no count needs a try any longer.
TRIES_KEPT: Final = timedelta(days=1)
TRIES: Final = Limit("codes tried by a support agent", most=20, seconds=3600)
MADE: Final = Limit("codes made by an administrator", most=30, seconds=3600)


class WrongCodeError(Exception):
    """The code is not this organisation's, is used up, or its time is over: which is not said."""


def make(admin: Membership, scope: Scope) -> tuple[Code, str]:
    """Return a new code and its letters, which nobody can look up later; it replaces any other.

    The caller has checked that they administer the organisation. Raises LimitReachedError.
    """
    MADE.take(str(admin.user_id))
    with transaction.atomic():
        return _make(admin, scope)


def _make(admin: Membership, scope: Scope) -> tuple[Code, str]:
    Organisation.objects.hold(admin.organisation)
    now = timezone.now()
    before = Code.objects.of(admin).filter(ended_at=None)
    before.update(ended_at=now, **due_at(None), **taken_away())
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    pk = uuid.uuid4()
    code = Code.objects.create(
        pk=pk,
        organisation=admin.organisation,
        made_by=admin.user,
        all_sites=scope.sites is None,
        may_move=scope.may_move,
        hours=scope.hours,
        note=scope.note,
        hash=_hash(pk, letters),
        made_at=now,
        expires_at=now + CODE_LASTS,
        **due_at(now + CODE_LASTS),
    )
    code.sites.set(scope.sites or ())
    record(
        "support.code_made",
        actor=admin.user,
        organisation_id=admin.organisation_id,
        subject=code,
        may_move=scope.may_move,
        note=scope.note,
    )
    return code, letters


def use(agent: Membership, organisation: Organisation | None, typed: str) -> Grant:
    """Return the grant that the code makes for the agent's organisation.

    `organisation` is None where the agent named none that the portal knows. Raises WrongCodeError,
    the same for whatever is wrong, and LimitReachedError beyond the agent's tries. It must not be
    called inside a transaction: a wrong try counts.
    """
    TRIES.take(str(agent.user_id))
    with transaction.atomic():
        grant = _use(agent, organisation, read(typed))
    if grant is None:
        raise WrongCodeError
    return grant


def _use(agent: Membership, organisation: Organisation | None, letters: str) -> Grant | None:
    now = timezone.now()
    # Of none the database is asked as well: a question that is left out takes less time.
    whose = organisation.pk if organisation else uuid.uuid4()
    code = Code.objects.standing(now).filter(organisation=whose).select_for_update().first()
    pk = code.pk if code else uuid.uuid4()
    kept = code.hash if code else "-" * 64
    is_right = constant_time_compare(_hash(pk, letters), kept)
    # Counted once more: somebody may have tried before the row was ours.
    tried = WrongTry.objects.filter(code=pk).count()
    if code is None or not is_right or tried >= MOST_WRONG_TRIES:
        WrongTry.objects.create(code=code, agent=agent.user)
        return None
    sites = None if code.all_sites else list(code.sites.all())
    scope = Scope(sites, may_move=code.may_move, hours=code.hours, note=code.note)
    made_by = code.made_by
    still_administers = Membership.objects.administrators().filter(
        user=made_by, organisation=code.organisation_id
    )
    if not agent.support or not still_administers.exists():
        return None
    grant = giving.made(code.organisation, made_by, agent.organisation, scope, Grant.Way.CODE)
    used = {"used_at": now, "grant": grant, "ended_at": now}
    Code.objects.filter(pk=pk).update(**used, **due_at(None), **taken_away())
    asking.settle(agent, grant, made_by)
    record(
        "support.code_used",
        actor=agent.user,
        organisation_id=code.organisation_id,
        acting_organisation_id=agent.organisation_id,
        subject=grant,
    )
    return grant


def forget_tries() -> int:
    """Remove the wrong tries at codes that have long ended; return how many."""
    return WrongTry.objects.filter(tried_at__lt=timezone.now() - TRIES_KEPT).delete()[0]


def read(typed: str) -> str:
    """Return the letters that somebody typed, in small ones or Greek, with gaps between them."""
    text = unicodedata.normalize("NFKC", typed).upper().translate(GREEK)
    return "".join(letter for letter in text if letter.isalnum())[: 2 * LENGTH]


def _hash(pk: UUID, letters: str) -> str:
    return salted_hmac("support code", f"{pk} {letters}", algorithm="sha256").hexdigest()
