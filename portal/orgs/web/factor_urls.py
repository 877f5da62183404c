"""The addresses of second factors: the sign-in library's, by its names, each with our guards.

They are listed, so that none of the library's opens unasked.
"""

from allauth.mfa.base import views as library
from allauth.mfa.recovery_codes import views as codes
from django.urls import path

from portal.orgs.web import factor_changes, passkeys, security
from portal.orgs.web.factor_changes import needs_invitation, needs_own_factor

activate = needs_invitation(needs_own_factor(factor_changes.Activate.as_view()))
deactivate = needs_own_factor(factor_changes.Deactivate.as_view())
generate_codes = needs_own_factor(factor_changes.GenerateCodes.as_view())
add = needs_invitation(needs_own_factor(factor_changes.AddPasskey.as_view()))
rename = needs_own_factor(factor_changes.RenamePasskey.as_view())
remove = needs_own_factor(factor_changes.RemovePasskey.as_view())

urlpatterns = [
    path("", security.Security.as_view(), name="mfa_index"),
    path("authenticate/", passkeys.Authenticate.as_view(), name="mfa_authenticate"),
    path("reauthenticate/", library.reauthenticate, name="mfa_reauthenticate"),
    path("invitation/<str:token>/", factor_changes.invitation, name="factor-invitation"),
    path("totp/activate/", activate, name="mfa_activate_totp"),
    path("totp/deactivate/", deactivate, name="mfa_deactivate_totp"),
    path(
        "recovery-codes/",
        needs_own_factor(codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path("recovery-codes/generate/", generate_codes, name="mfa_generate_recovery_codes"),
    path(
        "recovery-codes/download/",
        needs_own_factor(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("webauthn/", passkeys.no_list, name="mfa_list_webauthn"),
    path("webauthn/add/", add, name="mfa_add_webauthn"),
    path(
        "webauthn/reauthenticate/",
        passkeys.Reauthenticate.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("webauthn/keys/<int:pk>/edit/", rename, name="mfa_edit_webauthn"),
    path("webauthn/keys/<int:pk>/remove/", remove, name="mfa_remove_webauthn"),
]
