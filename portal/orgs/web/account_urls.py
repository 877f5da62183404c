"""The addresses of signing in: the sign-in library's, and what we put before them."""

from allauth.account import views as library
from django.urls import include, path, re_path

from portal.orgs.web import oidc, password_changes, sign_in
from portal.orgs.web.adapters import closed
from portal.orgs.web.sign_in import needs_passwords
from portal.orgs.web.urls import session_urls

urlpatterns = [
    path("login/", sign_in.SignIn.as_view(), name="account_login"),
    path("oidc/", oidc.start, name="oidc-start"),
    path("oidc/callback/", oidc.callback, name="oidc-callback"),
    path("oidc/again/", oidc.again, name="oidc-again"),
    # A claim is made in the name of the SpKey user of an address: nobody changes their own.
    path("email/", closed),
    path(
        "password/change/",
        needs_passwords(password_changes.Change.as_view()),
        name="account_change_password",
    ),
    path("password/set/", needs_passwords(library.password_set), name="account_set_password"),
    path(
        "password/reset/",
        needs_passwords(library.password_reset),
        name="account_reset_password",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        needs_passwords(password_changes.SetByLink.as_view()),
        name="account_reset_password_from_key",
    ),
    path("", include("allauth.account.urls")),
    path("sessions/", include(session_urls)),
    path("2fa/", include("portal.orgs.web.factor_urls")),
]
