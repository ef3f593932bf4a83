from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "huiyin.standards"
    label = "standards"
