"""Addresses of the owners' pages, all below /my/."""

from django.urls import path

from huiyin.doors.portal.answers import views as answers
from huiyin.doors.portal.app import views as app
from huiyin.doors.portal.bills import views as bills
from huiyin.doors.portal.home import views as home
from huiyin.doors.portal.login import views as login
from huiyin.doors.portal.matters import views as matters
from huiyin.doors.portal.me import channels, privacy
from huiyin.doors.portal.me import views as me
from huiyin.doors.portal.notices import views as notices
from huiyin.doors.portal.papers import views as papers
from huiyin.doors.portal.phones import views as phones
from huiyin.doors.portal.prices import views as prices
from huiyin.doors.portal.requests import views as requests
from huiyin.doors.portal.together import views as together
from huiyin.doors.portal.verify import views as verify

urlpatterns = [
    path("", home.home, name="my_home"),
    path("choose/", home.choose, name="my_choose"),
    path("login/", login.login, name="my_login"),
    path("login/code/", login.code, name="my_code"),
    # As allauth calls it when it leads somebody back to a log-in on its way.
    path("login/code/", login.code, name="account_confirm_login_code"),
    path("logout/", login.logout, name="my_logout"),
    path("verify/", verify.verify, name="my_verify"),
    path("verify/thanks/", verify.thanks, name="my_verify_thanks"),
    path("manifest.webmanifest", app.manifest, name="my_manifest"),
    path("sw.js", app.service_worker, name="my_worker"),
    path("offline/", app.offline, name="my_offline"),
    path("request/", requests.raise_request, name="my_request"),
    path("request/answers/", requests.answers, name="my_request_answers"),
    path("request/done/", requests.done, name="my_request_done"),
    path("request/photos/<str:word>/", requests.kept_photo, name="my_kept_photo"),
    path("matters/", matters.matters, name="my_matters"),
    path("matters/<str:number>/", matters.matter, name="my_matter"),
    path("matters/<str:number>/photos/<int:photo>/", matters.photo, name="my_photo"),
    path("matters/<str:number>/<str:verb>/", matters.act, name="my_matter_act"),
    path("notices/", notices.notices, name="my_notices"),
    path("notices/read/", notices.read, name="my_notices_read"),
    path("notices/<str:number>/", notices.notice, name="my_notice"),
    path("notices/<str:number>/paper/", notices.paper, name="my_notice_paper"),
    path("answers/", answers.answers, name="my_answers"),
    path("papers/", papers.papers, name="my_papers"),
    path("papers/<int:pk>/", papers.paper, name="my_paper"),
    path("bills/", bills.bills, name="my_bills"),
    path("bills/statement/", bills.statement, name="my_statement"),
    path("bills/statement/paper/", bills.statement_paper, name="my_statement_paper"),
    path("bills/<str:number>/", bills.bill, name="my_bill"),
    path("bills/<str:number>/paper/", bills.bill_paper, name="my_bill_paper"),
    path("phones/", phones.phones, name="my_phones"),
    path("prices/", prices.prices, name="my_prices"),
    path("together/", together.together, name="my_together"),
    path("together/gatherings/<int:pk>/", together.gathering, name="my_gathering"),
    path("together/surveys/<int:pk>/", together.survey, name="my_survey"),
    path("together/board/", together.board, name="my_board"),
    path("together/board/<int:pk>/", together.thread, name="my_thread"),
    path("me/", me.me, name="my_me"),
    path("me/homes/", me.homes, name="my_homes"),
    path("me/help/", me.helping, name="my_help"),
    path("me/language/", me.language, name="my_language"),
    path("me/devices/", me.devices, name="my_devices"),
    path("me/birthday/", me.birthday, name="my_birthday"),
    path("me/email/", me.email, name="my_email"),
    path("me/email/code/", me.email_code, name="my_email_code"),
    path("me/channels/", channels.channels, name="my_channels"),
    path("me/channels/wechat/", channels.wechat, name="my_wechat"),
    path("me/channels/<str:channel>/forget/", me.forget, name="my_forget"),
    path("me/privacy/", privacy.privacy, name="my_privacy"),
    path("me/privacy/export/", privacy.export, name="my_export"),
    path("me/privacy/correction/", privacy.correction, name="my_correction"),
]
