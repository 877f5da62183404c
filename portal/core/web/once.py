"""A form that is sent twice makes one thing: a double tap, or a send that was thought lost.

The token against forged posts, which Django masks anew for each page, tells the page from which a
form comes. The same fields from the same page mean the same thing; with other fields, another one
is meant.
"""

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Final, cast

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirectBase
from django.shortcuts import redirect
from django.utils.crypto import salted_hmac

from portal.core import sent_forms

TOKEN: Final = "csrfmiddlewaretoken"  # noqa: S105 - a field's name


def once[View: Callable[..., HttpResponseBase]](view: View) -> View:
    """Have the same form make something once: sent again, it redirects where it did before.

    Of two at the same moment the second waits for the first. Only what ends with a redirect has
    made something: a form that is shown again with its faults has not. What the view changes is
    held until it answers: it takes many rows in the order of their ids, and does nothing slow.
    """

    @wraps(view)
    def made_once(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        key = _key(request)
        if key is None:
            return view(request, *args, **kwargs)
        with transaction.atomic():
            form, is_first = sent_forms.first(key)
            if not is_first:
                return redirect(form.redirect_to or request.path)
            answer = view(request, *args, **kwargs)
            if isinstance(answer, HttpResponseRedirectBase):
                sent_forms.redirect_to(form, answer.url)
            else:
                form.delete()
        return answer

    return cast("View", made_once)


def first_sent(request: HttpRequest) -> datetime | None:
    """Return when the same form came first, None where this is the first time.

    For a view that answers with what it made: it knows by it what the first has made.
    """
    key = _key(request)
    if key is None:
        return None
    form, is_first = sent_forms.first(key)
    return None if is_first else form.at


def _key(request: HttpRequest) -> uuid.UUID | None:
    """Return by what the form is known again: who sent it, from which page, where to, and what."""
    if request.method != "POST" or not (token := request.POST.get(TOKEN)):
        return None
    fields = sorted((name, values) for name, values in request.POST.lists() if name != TOKEN)
    files = sorted((name, [_digest(file) for file in each]) for name, each in request.FILES.lists())
    whole = json.dumps([str(request.user.pk), token, request.get_full_path(), fields, files])
    return uuid.UUID(bytes=salted_hmac("portal.once", whole, algorithm="sha256").digest()[:16])


def _digest(file: UploadedFile[bytes]) -> str:
    found = hashlib.sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()
