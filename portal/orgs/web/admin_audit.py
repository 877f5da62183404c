"""How what operators change is recorded, and what of it all of them are told."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.forms import BaseForm, ModelForm
from django.http import HttpRequest

from portal.audit.record import record
from portal.notices import outbox
from portal.notices.models import Notice
from portal.orgs import access
from portal.orgs.models import Organisation


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
    request: HttpRequest, change: str, why: str, *, whom: str = "", place: str = ""
) -> None:
    """Tell all operators of a change by which one of them could take over what is others'.

    `change` is one of those that `operator_change.txt` has words for; `place` is the name of an
    organisation. Called within the transaction of the change.
    """
    outbox.notify_operators(
        Notice.Kind.OPERATOR_CHANGE,
        about=str(uuid.uuid4()),
        change=change,
        who=access.person(request).email,
        whom=whom,
        place=place,
        reason=why,
    )


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
