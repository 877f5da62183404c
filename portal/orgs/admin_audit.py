"""How operators come in, and how what they change is recorded."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from portal.audit.record import record
from portal.orgs import access
from portal.orgs.models import Membership, Organisation

if TYPE_CHECKING:
    AnyForm = forms.ModelForm[Any]
else:
    AnyForm = forms.ModelForm


@login_not_required
def sign_in(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Send people to the portal's own sign-in page, the only one that asks for a second factor.

    Raises PermissionDenied for somebody who is signed in and no operator.
    """
    back = reverse("admin:index")
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next", back))
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return HttpResponseRedirect(back)


def changes(form: AnyForm) -> dict[str, list[str]]:
    """Return what a form has changed, as texts: name → before, after."""
    return {
        name: [str(form.initial.get(name, "")), str(form.cleaned_data.get(name, ""))]
        for name in form.changed_data
        if name in form.cleaned_data
    }


def note(
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


def note_rows(request: HttpRequest, formset: Any, organisation: Organisation) -> None:
    """Save an organisation's members or sites and record each that is new, changed or gone."""
    subject, removed = formset.model._meta.model_name, formset.deleted_forms
    for row in formset.initial_forms:
        if row in removed:  # Recorded first, since a removed row has no id any more.
            note(request, f"{subject}.removed", row.instance, organisation, **_told(row))
    formset.save()
    for row in formset.initial_forms:
        if row.has_changed() and row not in removed:
            news = {**_told(row), "changes": changes(row)}
            note(request, f"{subject}.changed", row.instance, organisation, **news)
    made = "added" if formset.model is Membership else "created"
    for row in formset.extra_forms:
        if row.instance in formset.new_objects:
            note(request, f"{subject}.{made}", row.instance, organisation, **_told(row))


def _told(row: AnyForm) -> dict[str, str | bool]:
    subject = row.instance
    if isinstance(subject, Membership):
        return {"member": subject.user.email, "role": subject.role, "support": subject.support}
    return {"name": subject.name, "spkey_site_id": subject.spkey_site_id}
