"""The operators' pages about people, organisations and keys.

Each change that matters is recorded in the transaction that makes it. Nothing here shows a
secret: a key by its ends only, a password not even as a hash.
"""

from allauth.account import admin as account_admin
from allauth.socialaccount import admin as _social_admin  # noqa: F401  # it registers them
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as sessions_admin
from django.contrib import admin
from django.contrib.auth.models import Group

from portal.orgs.admin import keys, organisations, people, second_factors

__all__ = ("keys", "organisations", "people", "second_factors")

# One kind of operator needs no groups; addresses and second factors have places of their own, and
# where people are signed in is their own affair.
admin.site.unregister([Group, account_admin.EmailAddress, sessions_admin.UserSession])
# A provider stands in the settings, and nobody is linked to one.
admin.site.unregister([SocialAccount, SocialApp, SocialToken])
