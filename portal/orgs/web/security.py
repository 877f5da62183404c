"""The one page of how a person signs in: factors, codes, password and sessions."""

from typing import Any

from allauth.mfa.base.views import IndexView
from django.conf import settings

from portal.orgs import access
from portal.orgs.web.required_factor import required_by
from portal.orgs.web.sessions import shown_sessions


class Security(IndexView):  # type: ignore[misc]  # allauth has no types
    """Shows it to the person themselves."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the password and the sessions to the library's factors."""
        person = access.person(self.request)
        return {
            **super().get_context_data(**kwargs),
            **shown_sessions(self.request),
            "required_by": required_by(self.request),
            "may_use_password": settings.PASSWORD_SIGN_IN and person.has_usable_password(),
        }
