"""How what operators change is recorded, and what of it all of them are told."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.forms import BaseForm, ModelForm
from django.http import HttpRequest

from portal.audit.record import Role, record
from portal.notices import outbox
from portal.orgs import access, queries
from portal.orgs.models import Organisation, User


def changes(form: ModelForm[Any]) -> dict[str, list[str]]:
    """Return what a form has changed, as texts: name → before, after."""
    return {
        name: [str(form.initial.get(name, "")), str(form.cleaned_data.get(name, ""))]
        for name in form.changed_data
        if name in form.cleaned_data and name != "reason"
    }


def reason(form: BaseForm) -> dict[str, str]:
    """Return why the operator makes the change, for the record, where they said so."""
    given = form.cleaned_data.get("reason")
    return {"reason": given} if given else {}


def tell_operators(
    request: HttpRequest,
    change: str,
    why: str,
    *,
    whom: str = "",
    place: str = "",
    gone: User | None = None,
) -> None:
    """Tell all operators of a change by which one of them could take over what is others'.

    `change` is one of those that `operator_change.txt` has words for; `place` is the name of an
    organisation; `gone` who is no operator any more. Called within the transaction of the change,
    and before it.
    """
    facts = {"change": change, "whom": whom, "place": place, "reason": why, **_gone(gone)}
    who = access.person(request).email
    outbox.notify_of_power(None, str(uuid.uuid4()), who=who, **facts)


def tell_administrators(
    organisation: Organisation, change: str, why: str, *, whom: str, gone: User | None = None
) -> None:
    """Tell those who administer the organisation now of who does, or of one of them.

    `change` is one of those that `administrators.txt` has words for; `gone` who administers it no
    more. Called within the transaction of the change, and before it.
    """
    facts = {"change": change, "whom": whom, "reason": why, **_gone(gone)}
    outbox.notify_of_power(organisation.pk, str(uuid.uuid4()), **facts)


def _gone(person: User | None) -> dict[str, str]:
    return {"gone": str(person.pk)} if person else {}


def tell_of_organisation(
    request: HttpRequest,
    organisation: Organisation,
    change: str,
    why: str,
    *,
    whom: str = "",
    gone: User | None = None,
) -> None:
    """Tell all operators, and who administers the organisation now, of what changes there.

    `change` is one of those that `organisation_change.txt` has words for; `gone` who administers
    it no more.
    """
    tell_operators(request, change, why, whom=whom, place=organisation.name)
    tell_administrators(organisation, change, why, whom=whom, gone=gone)


def tell_colleagues(person: User, change: str, why: str, *, whom: str) -> None:
    """Tell the administrators of each organisation that the person administers as well."""
    for organisation in queries.administered_by(person):
        tell_administrators(organisation, change, why, whom=whom)


def record_change(
    request: HttpRequest,
    verb: str,
    subject: Model,
    organisation: Organisation | None,
    **detail: Any,
) -> None:
    """Record what the operator does, inside the transaction that does it."""
    record(
        verb,
        actor=access.person(request),
        organisation_id=organisation.pk if organisation else None,
        subject=subject,
        acting_as=Role.OPERATOR,
        **detail,
    )


def record_rows(
    request: HttpRequest, formset: Any, *, made: str, detail_of: Callable[[Any], dict[str, Any]]
) -> None:
    """Save an organisation's rows of one kind and record each that is new, changed or gone.

    `made` is the verb for a new one; `detail_of` says which one it is, for the record.
    """
    organisation, removed = formset.instance, formset.deleted_forms
    subject = formset.model._meta.model_name
    for form in formset.initial_forms:
        if form in removed:  # Recorded first, since a removed row has no id any more.
            record_change(
                request,
                f"{subject}.removed",
                form.instance,
                organisation,
                **detail_of(form.instance),
                **reason(form),
            )
    formset.save()
    for form in formset.initial_forms:
        if form.has_changed() and form not in removed:
            detail = {**detail_of(form.instance), "changes": changes(form), **reason(form)}
            record_change(request, f"{subject}.changed", form.instance, organisation, **detail)
    for form in formset.extra_forms:
        if form.instance in formset.new_objects:
            record_change(
                request,
                f"{subject}.{made}",
                form.instance,
                organisation,
                **detail_of(form.instance),
                **reason(form),
            )
