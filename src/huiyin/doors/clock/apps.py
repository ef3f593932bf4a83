from django.apps import AppConfig


class ClockConfig(AppConfig):
    name = "huiyin.doors.clock"
    label = "clock"
