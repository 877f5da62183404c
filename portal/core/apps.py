"""Makes core, and the operators' site, known to Django."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class CoreConfig(AppConfig):
    """What has no domain: leasing, and `manage.py worker`."""

    name = "portal.core"
    label = "core"


class OperatorsConfig(admin.AdminConfig):
    """Django's admin app, with our site."""

    default = False  # Of this module's two, `portal.core` means the one above.
    default_site = "portal.core.admin.OperatorsSite"
