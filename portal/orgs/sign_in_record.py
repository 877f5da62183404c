"""What is recorded of how people get in: sign-ins, passwords and second factors.

Whoever does it, a page of ours or the libraries', their signals tell of it here. What strangers can
bring about is recorded so often and no more, since a record is for ever; the log has all of it.
"""

from typing import Any, Final
from uuid import UUID

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.utils import timezone
from django.utils.crypto import salted_hmac

from portal.audit.record import record
from portal.core import logs
from portal.core.throttle import Limit
from portal.orgs import members
from portal.orgs.models import Membership, User
from portal.orgs.queries import person_at

# For each person, and for all addresses together that are nobody's.
RECORDED: Final = {
    "sign_in.failed": Limit("failed sign-ins recorded", most=20, seconds=3600),
    "sign_in.locked": Limit("locked sign-ins recorded", most=1, seconds=300),
}

OF_PASSWORDS: Final[dict[Signal, str]] = {
    account.password_changed: "password.changed",
    account.password_set: "password.set",
    account.password_reset: "password.reset",
}
OF_FACTORS: Final[dict[Signal, str]] = {
    mfa.authenticator_added: "factor.added",
    mfa.authenticator_removed: "factor.removed",
    mfa.authenticator_reset: "factor.replaced",
    mfa.authenticator_used: "factor.used",
    mfa.authentication_failed: "factor.failed",
}


def connect() -> None:
    """Listen, from the start of the portal on."""
    auth.user_logged_in.connect(_signed_in, dispatch_uid="signed in")
    auth.user_logged_out.connect(_session_ended, dispatch_uid="session ended")
    auth.user_login_failed.connect(_failed, dispatch_uid="sign-in failed")
    for signal, verb in OF_PASSWORDS.items():
        signal.connect(_password(verb), weak=False, dispatch_uid=verb)
    for signal, verb in OF_FACTORS.items():
        signal.connect(_factor(verb), weak=False, dispatch_uid=verb)


def locked(email: str) -> None:
    """Record that sign-in to this address is refused for a while, whatever the password."""
    _of_stranger("sign_in.locked", email)


def failed(email: str) -> None:
    """Record that somebody came to this address by another way than a password, and not in."""
    _of_stranger("sign_in.failed", email)


def _signed_in(*, user: User, **_: Any) -> None:
    logs.note(person=user.pk)
    members.note_first_seen(user)
    _of_person("session.began", user)


def _session_ended(*, user: User | None, request: Any, **_: Any) -> None:
    if user is not None:
        _of_person("session.ended", user, by=getattr(request, "session_ended_by", "sign-out"))


def _failed(*, credentials: dict[str, Any], **_: Any) -> None:
    _of_stranger("sign_in.failed", str(credentials.get("email", "")))


def _password(verb: str) -> Any:
    def told(*, user: User, **_: Any) -> None:
        _of_person(verb, user)

    return told


def _factor(verb: str) -> Any:
    def told(*, user: User, authenticator: Authenticator, **_: Any) -> None:
        _of_person(verb, user, factor=str(authenticator.type))

    return told


def _of_person(verb: str, user: User, **detail: str) -> None:
    logs.security.info(verb, extra={"person": user.pk})
    record_of(user, verb, actor=user, outcome=_outcome(verb), **detail)


def record_of(
    person: User, verb: str, *, actor: User | None, outcome: str = "", **detail: Any
) -> None:
    """Record something about how the person gets in, for each organisation that they belong to.

    Its administrators see it long after the person is gone. They are the same moment's, so that the
    person, who sees all of them, is shown one.
    """
    moment = timezone.now()
    mine: list[tuple[UUID | None, str]] = list(
        Membership.objects.active_of(person).values_list("organisation", "role")
    )
    for organisation_id, role in mine or [(None, "")]:
        record(
            verb,
            actor=actor,
            organisation_id=organisation_id,
            subject=person,
            acting_as=role if actor == person else "",
            outcome=outcome,
            moment=moment,
            **detail,
        )


def _outcome(verb: str) -> str:
    return "failed" if verb.endswith(".failed") else ""


def _of_stranger(verb: str, email: str) -> None:
    """Record what somebody did who may be the person of this address, or not."""
    email = email.lower()
    person = person_at(email)
    # By a digest, tries at one address are seen to be that; the address itself may be a secret,
    # when somebody types a password in the wrong place.
    digest = salted_hmac("sign-in", email, algorithm="sha256").hexdigest()[:16]
    detail: dict[str, Any] = {} if person else {"account": digest}
    logs.security.warning(verb, extra={"person": person.pk} if person else detail)
    if RECORDED[verb].allows(str(person.pk) if person else ""):
        outcome = "refused" if verb == "sign_in.locked" else "failed"
        if person:
            record_of(person, verb, actor=None, outcome=outcome)
        else:
            record(verb, actor=None, organisation_id=None, outcome=outcome, **detail)
