from django.apps import AppConfig


class HubsConfig(AppConfig):
    name = "portal.hubs"
    label = "hubs"
