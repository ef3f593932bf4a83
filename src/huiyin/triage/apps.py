from django.apps import AppConfig


class TriageConfig(AppConfig):
    name = "huiyin.triage"
    label = "triage"
