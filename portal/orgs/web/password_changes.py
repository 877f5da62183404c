"""Setting a new password: one at a time for each person, since judging and hashing it take long."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Final

from allauth.account.views import PasswordChangeView, PasswordResetFromKeyView
from django.http import HttpRequest, HttpResponse

from portal.core.throttle import alone
from portal.core.turns import BusyError
from portal.orgs import access, hashing
from portal.orgs.models import User
from portal.orgs.web.sign_in_limits import remember_device

AT_MOST: Final = timedelta(seconds=30)


class Change(PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """Another password of one's own, which needs the present one."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change it. Raises BusyError while the same person does so elsewhere."""
        with _alone(access.person(request)):
            answer: HttpResponse = super().post(request, *args, **kwargs)
            return answer


class SetByLink(PasswordResetFromKeyView):  # type: ignore[misc]  # likewise
    """A new password, set through the link that was sent to the person's address."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Set it. Raises BusyError while the same person does so elsewhere."""
        with _alone(self.reset_user):
            answer: HttpResponse = super().post(request, *args, **kwargs)
            return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Set it, and know the device: whoever guesses meanwhile does not hold up its owner."""
        answer: HttpResponse = super().form_valid(form)
        remember_device(self.request, answer, self.reset_user)
        return answer


@contextmanager
def _alone(person: User) -> Iterator[None]:
    with alone("password change", str(person.pk), at_most=AT_MOST) as is_alone:
        if not is_alone:
            raise BusyError
        with hashing.KNOWN.turn():
            yield
