from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "huiyin.trail"
    label = "trail"
