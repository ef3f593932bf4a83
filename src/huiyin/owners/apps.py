from django.apps import AppConfig


class OwnersConfig(AppConfig):
    name = "huiyin.owners"
    label = "owners"
