"""Every address: what machines ask, log-in, the API, and the pages of the staff."""

from allauth.account import views as account
from django.urls import include, path, re_path

from huiyin.config import env, health
from huiyin.doors.api.urls import unknown
from huiyin.doors.console.session.guards import employees_only
from huiyin.doors.public.prices import prices
from huiyin.doors.public.promises import promises

# Employees get their account from the company and have no mail address of ours to prove: of
# allauth's pages only these are there. Signing up is a page that says so.
log_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    *employees_only(
        [
            path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
            path("password/change/", account.password_change, name="account_change_password"),
            path("password/set/", account.password_set, name="account_set_password"),
            path("2fa/", include("allauth.mfa.urls")),
        ]
    ),
]

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include(log_in)),
    path("api/v1/", include("huiyin.doors.api.urls")),
    re_path(r"^api(?:/|$)", unknown),
    path("r/", include("huiyin.doors.public.urls")),
    path("p/<str:code>/", promises, name="promises"),
    path("p/<str:code>/prices/", prices, name="public_prices"),
    path("my/", include("huiyin.doors.portal.urls")),
    path("", include("huiyin.doors.console.urls")),
]

if env.flag("HUIYIN_BENCH"):  # the floor of `huiyin bench`; production refuses to start with it
    from huiyin.flows.bench import bare

    urlpatterns.append(path(f"{bare.PATH}<int:pk>", bare.row))
