"""Addresses for everybody, without logging in: what a scanned sticker opens."""

from django.urls import path

from huiyin.doors.public import views

urlpatterns = [
    path("<str:token>/", views.report, name="report"),
    path("<str:token>/thanks/", views.thanks, name="report_thanks"),
]
