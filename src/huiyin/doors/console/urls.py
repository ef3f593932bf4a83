"""Addresses of the staff pages. A page that only takes forms has no address of its own to show."""

from django.urls import path

from huiyin.doors.console.announcements import board as announcement_board
from huiyin.doors.console.announcements import views as announcements
from huiyin.doors.console.approvals import views as approvals
from huiyin.doors.console.arrears import views as arrears
from huiyin.doors.console.billing import views as billing
from huiyin.doors.console.bills_print import views as bills_print
from huiyin.doors.console.blanks import views as blanks
from huiyin.doors.console.calls import views as calls
from huiyin.doors.console.charge_slips import views as charge_slips
from huiyin.doors.console.charges import houses as charge_houses
from huiyin.doors.console.charges import views as charges
from huiyin.doors.console.checklists import editing, printing
from huiyin.doors.console.checklists import views as checklists
from huiyin.doors.console.conduct import views as conduct
from huiyin.doors.console.desk import views as desk
from huiyin.doors.console.dispatch import views as dispatch
from huiyin.doors.console.documents import views as documents
from huiyin.doors.console.duty import views as duty
from huiyin.doors.console.emergency import views as emergency
from huiyin.doors.console.figures import views as figures
from huiyin.doors.console.households import views as households
from huiyin.doors.console.inbox import views as inbox
from huiyin.doors.console.incident import views as incident
from huiyin.doors.console.intake import mail, stickers
from huiyin.doors.console.intake import views as intake
from huiyin.doors.console.knowledge import views as knowledge
from huiyin.doors.console.ledger import views as ledger
from huiyin.doors.console.matter import views as matter
from huiyin.doors.console.messages import views as messages
from huiyin.doors.console.meters import importing as meter_files
from huiyin.doors.console.meters import views as meters
from huiyin.doors.console.meters import walking
from huiyin.doors.console.opening import views as opening
from huiyin.doors.console.prepaid import views as prepaid
from huiyin.doors.console.prices import papers
from huiyin.doors.console.prices import views as prices
from huiyin.doors.console.queue import views as queue
from huiyin.doors.console.roster import views as roster
from huiyin.doors.console.session import views as session
from huiyin.doors.console.shared_costs import views as shared_costs
from huiyin.doors.console.staff import views as staff
from huiyin.doors.console.standards import publishing
from huiyin.doors.console.standards import views as standards
from huiyin.doors.console.together import views as together
from huiyin.doors.console.triage import views as triage
from huiyin.doors.console.verifications import views as verifications
from huiyin.doors.console.visitors import views as visitors
from huiyin.doors.console.visits_back import views as visits_back
from huiyin.doors.console.wordings import views as wordings
from huiyin.doors.console.work import phone, sync
from huiyin.doors.console.work import views as work

urlpatterns = [
    path("", session.home, name="home"),
    path("me/", session.me, name="me"),
    path("community/", session.choose_community, name="choose_community"),
    path("desk/", desk.desk, name="desk"),
    path("desk/find/", desk.find, name="desk_find"),
    path("desk/house/<str:code>/", desk.household, name="desk_household"),
    path("desk/new/", desk.receive, name="desk_receive"),
    path("desk/sweep/", desk.sweep, name="desk_sweep"),
    path("desk/suggest/", triage.suggest, name="desk_suggest"),
    path("desk/guide/", knowledge.guide, name="desk_guide"),
    path("announcements/", announcements.announcements, name="announcements"),
    path("announcements/new/", announcements.new, name="announcement_new"),
    path("announcements/count/", announcements.count, name="announcement_count"),
    path("announcements/<str:number>/", announcements.announcement, name="announcement"),
    path("announcements/<str:number>/edit/", announcements.edit, name="announcement_edit"),
    path(
        "announcements/<str:number>/posters/",
        announcement_board.print_posters,
        name="announcement_posters",
    ),
    path(
        "announcements/<str:number>/<str:kind>/",
        announcement_board.slips,
        name="announcement_slips",
    ),
    path(
        "announcements/<str:number>/<str:kind>/print/",
        announcement_board.print_slips,
        name="announcement_print",
    ),
    path(
        "announcements/<str:number>/<str:kind>/<int:pk>/",
        announcement_board.slip,
        name="announcement_slip",
    ),
    path("meters/", meters.meters, name="meters"),
    path("meters/list/", meters.meter_list, name="meter_list"),
    path("meters/new/", meters.new, name="meter_new"),
    path("meters/held/", meters.held, name="meters_held"),
    path("meters/order/", meters.order, name="meter_order"),
    path("meters/walk/", walking.walk, name="meter_walk"),
    path("meters/walk/read/", walking.read, name="meter_walk_read"),
    path("meters/walk/skip/", walking.skip, name="meter_walk_skip"),
    path("meters/import/<str:what>/", meter_files.upload, name="meter_import"),
    path("meters/import/<str:what>/confirm/", meter_files.confirm, name="meter_import_confirm"),
    path("meters/import/<str:what>/template/", meter_files.blank, name="meter_blank"),
    path("meters/readings/<int:pk>/photo/", meters.photo, name="reading_photo"),
    path("meters/of/<str:code>/", meters.meter, name="meter"),
    path("postings/", announcement_board.board, name="postings"),
    path("postings/print/", announcement_board.print_board, name="postings_print"),
    path("postings/<int:pk>/up/", announcement_board.put_up, name="posting_up"),
    path("postings/<int:pk>/down/", announcement_board.take_down, name="posting_down"),
    path("postings/<int:pk>/photo/", announcement_board.posting_photo, name="posting_photo"),
    path("doors/<int:pk>/photo/", announcement_board.slip_photo, name="slip_photo"),
    path("knowledge/", knowledge.board, name="knowledge"),
    path("knowledge/find/", knowledge.find, name="knowledge_find"),
    path("knowledge/new/", knowledge.new, name="knowledge_new"),
    path("knowledge/<int:pk>/", knowledge.answer, name="knowledge_answer"),
    path("knowledge/<int:pk>/<str:verb>/", knowledge.act, name="knowledge_act"),
    path("guides/", knowledge.guides, name="guides"),
    path("guides/edit/", knowledge.edit_guides, name="guides_edit"),
    path("suggestions/", triage.table, name="triage"),
    path("suggestions/edit/", triage.edit, name="triage_edit"),
    path("calls/", calls.calls, name="calls"),
    path("calls/seat/", calls.seat, name="calls_seat"),
    path("calls/write/", calls.write, name="calls_write"),
    path("calls/key/", calls.key, name="calls_key"),
    path("calls/ringing/", calls.ringing, name="calls_ringing"),
    path("calls/<int:pk>/", calls.call, name="call"),
    path("calls/<int:pk>/away/", calls.away, name="call_away"),
    path("calls/<int:pk>/number/", calls.reveal, name="call_reveal"),
    path("calls/<int:pk>/matter/", calls.raise_matter, name="call_matter"),
    path("duty/", duty.duty, name="duty"),
    path("duty/in/", duty.sign_in, name="duty_in"),
    path("duty/history/", duty.history, name="duty_history"),
    path("duty/<int:pk>/", duty.log, name="duty_log"),
    path("duty/<int:pk>/paper/", duty.paper, name="duty_paper"),
    path("duty/items/<int:pk>/accept/", duty.accept, name="duty_accept"),
    path("archive/", documents.archive, name="archive"),
    path("archive/over/", documents.over, name="archive_over"),
    path("archive/print/", documents.print_together, name="archive_print"),
    path("archive/new/<str:how>/", documents.new, name="archive_new"),
    path("archive/<int:pk>/", documents.paper, name="paper"),
    path("archive/<int:pk>/file/", documents.file, name="paper_file"),
    path("archive/<int:pk>/edit/", documents.edit, name="paper_edit"),
    path("archive/<int:pk>/revise/", documents.revise, name="paper_revise"),
    path("visitors/", visitors.visitors, name="visitors"),
    path("visitors/new/", visitors.new, name="visit_new"),
    path("visitors/<int:pk>/", visitors.visit, name="visit"),
    path("visitors/<int:pk>/<str:step>/", visitors.act, name="visit_act"),
    path("verifications/", verifications.verifications, name="verifications"),
    path("verifications/<int:pk>/", verifications.verification, name="verification"),
    path("verifications/<int:pk>/<str:step>/", verifications.settle, name="verification_settle"),
    path("matters/", queue.queue, name="queue"),
    path("matters/counts/", queue.counts, name="queue_counts"),
    path("matters/owners/", queue.owners, name="queue_owners"),
    path("matters/<str:number>/", matter.matter, name="matter"),
    path("matters/<str:number>/photos/<int:photo>/", matter.photo, name="matter_photo"),
    path("matters/<str:number>/incident/", incident.incident, name="incident"),
    path("matters/<str:number>/incident/paper/", incident.paper, name="incident_paper"),
    path("matters/<str:number>/conduct/", conduct.conduct, name="conduct"),
    path("matters/<str:number>/sheet/", papers.sheet, name="matter_sheet"),
    path("matters/<str:number>/sheet/paper/", papers.sheet_paper, name="matter_sheet_paper"),
    path(
        "matters/<str:number>/sheet/signature/<int:file>/",
        papers.signature,
        name="sheet_signature",
    ),
    path("matters/<str:number>/linkable/", matter.linkable, name="matter_linkable"),
    path("matters/<str:number>/<str:verb>/", matter.act, name="matter_act"),
    path("dispatch/", dispatch.dispatch, name="dispatch"),
    path("dispatch/board/", dispatch.board, name="dispatch_board"),
    path("dispatch/hands/", dispatch.hands, name="dispatch_hands"),
    path("dispatch/next/", dispatch.following, name="dispatch_next"),
    path("dispatch/<str:number>/", dispatch.panel, name="dispatch_panel"),
    path("dispatch/<str:number>/<str:verb>/", dispatch.act, name="dispatch_act"),
    path("work/", work.work, name="work"),
    path("work/jobs.json", sync.jobs, name="work_jobs"),
    path("work/sync/", sync.sync, name="work_sync"),
    path("work/sync/photo/", sync.photo, name="work_sync_photo"),
    path("work/shell/", phone.shell, name="work_shell"),
    path("work/<str:number>/", work.job, name="work_job"),
    path("work/<str:number>/<str:verb>/", work.act, name="work_act"),
    path("sw.js", phone.service_worker, name="service_worker"),
    path("manifest.webmanifest", phone.manifest, name="manifest"),
    path("emergency/", emergency.button, name="emergency_button"),
    path("emergency/contacts/", emergency.contacts, name="emergency_contacts"),
    path("emergency/<str:number>/", emergency.incident, name="emergency"),
    path("emergency/<str:number>/join/", emergency.join, name="emergency_join"),
    path("emergency/<str:number>/live/", emergency.live, name="emergency_live"),
    path("emergency/<str:number>/steps/<str:item>/", emergency.step, name="emergency_step"),
    path("emergency/<str:number>/story/", emergency.story, name="emergency_story"),
    path("emergency/<str:number>/telling/", emergency.telling, name="emergency_telling"),
    path("emergency/<str:number>/notice/", emergency.notice, name="emergency_notice"),
    path("emergency/<str:number>/announce/", emergency.announce, name="emergency_announce"),
    path("prices/", prices.prices, name="prices"),
    path("prices/<str:code>/", prices.price, name="price"),
    path("stock/", prices.stock, name="stock"),
    path("stock/<str:code>/", prices.stock_item, name="stock_item"),
    path("slips/", papers.slips, name="slips"),
    path("slips/<str:number>/", papers.slip, name="slip"),
    path("slips/<str:number>/paper/", papers.slip_paper, name="slip_paper"),
    path("blanks/", blanks.blanks, name="blank_forms"),
    path("blanks/<str:code>/", blanks.blank, name="blank_form"),
    path("visits-back/", visits_back.record, name="visits_back"),
    path("visits-back/paper/", visits_back.paper, name="visits_back_paper"),
    path("intake/", intake.sheet, name="intake"),
    path("intake/<str:channel>/", intake.sheet, name="intake_sheet"),
    path("mail/", mail.mails, name="mails"),
    path("mail/<int:mail_id>/", mail.mail, name="mail"),
    path("mail/<int:mail_id>/raw/", mail.raw, name="mail_raw"),
    path("mail/<int:mail_id>/take/", mail.take, name="mail_take"),
    path("stickers/", stickers.stickers, name="stickers"),
    path("stickers/print/", stickers.sheets, name="stickers_print"),
    path("stickers/<int:sticker_id>/<str:verb>/", stickers.act, name="sticker_act"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.read, name="inbox_read"),
    path("inbox/unread/", inbox.unread, name="inbox_unread"),
    path("approvals/", approvals.approvals, name="approvals"),
    path("approvals/count/", approvals.count, name="approvals_count"),
    path("approvals/chains/", approvals.chains, name="approval_chains"),
    path("approvals/<int:request_id>/", approvals.approval, name="approval"),
    path("checklists/", checklists.checklists, name="checklists"),
    path("checklists/templates/", editing.templates, name="checklist_templates"),
    path("checklists/templates/<str:code>/", editing.template, name="checklist_template"),
    path("checklists/templates/<str:code>/edit/", editing.edit, name="checklist_edit"),
    path("checklists/templates/<str:code>/print/", printing.print_blank, name="checklist_blank"),
    path("checklists/<int:run_id>/", checklists.run, name="checklist_run"),
    path("checklists/<int:run_id>/finish/", checklists.finish, name="checklist_finish"),
    path("checklists/<int:run_id>/drop/", checklists.drop, name="checklist_drop"),
    path("checklists/<int:run_id>/print/", printing.print_run, name="checklist_print"),
    path("checklists/<int:run_id>/mark/<str:item>/", checklists.mark, name="checklist_mark"),
    path("checklists/<int:run_id>/photos/<int:photo>/", checklists.photo, name="checklist_photo"),
    path("together/", together.together, name="together"),
    path("together/surveys/new/", together.new_survey, name="together_new_survey"),
    path("together/surveys/<int:pk>/", together.survey, name="together_survey"),
    path("together/gatherings/new/", together.new_gathering, name="together_new_gathering"),
    path("together/gatherings/<int:pk>/", together.gathering, name="together_gathering"),
    path("together/board/<int:pk>/", together.thread, name="together_thread"),
    path("together/board/<int:pk>/<str:step>/", together.act, name="together_act"),
    path("messages/", messages.sent, name="messages"),
    path("messages/<int:pk>/", messages.message, name="message"),
    path("messages/<int:pk>/resend/", messages.resend, name="message_resend"),
    path("wordings/", wordings.templates, name="wordings"),
    path("wordings/<str:code>/", wordings.template, name="wording"),
    path("wordings/<str:code>/preview/", wordings.preview, name="wording_preview"),
    path("standards/", standards.board, name="standards"),
    path("standards/clauses/<str:clause>/", standards.change_clause, name="standards_clause"),
    path("standards/targets/<str:code>/", standards.change_target, name="standards_target"),
    path("standards/promises/", publishing.publishing, name="standards_publishing"),
    path("standards/history/", standards.history, name="standards_history"),
    path("ledger/", ledger.journals, name="ledger"),
    path("ledger/open/", ledger.begin, name="ledger_open"),
    path("ledger/trial/", ledger.trial, name="ledger_trial"),
    path("ledger/export/", ledger.export, name="ledger_export"),
    path("ledger/lock/", ledger.lock, name="ledger_lock"),
    path("ledger/<int:pk>/", ledger.journal, name="ledger_journal"),
    path("prepaid/", prepaid.balances, name="prepaid"),
    path("prepaid/take/", prepaid.take, name="prepaid_take"),
    path("prepaid/offset/", prepaid.offset, name="prepaid_offset"),
    path("prepaid/accounts/", prepaid.accounts, name="prepaid_accounts"),
    path("prepaid/<str:code>/<int:person>/", prepaid.payer, name="prepaid_payer"),
    path("charges/", charges.charges, name="charges"),
    path("charges/groups/", charges.group, name="charge_group_new"),
    path("charges/groups/<str:code>/", charges.group, name="charge_group"),
    path("charges/items/", charges.new_item, name="charge_item_new"),
    path("charges/items/<str:code>/", charges.item, name="charge_item"),
    path("charges/tariffs/<int:pk>/", charges.tariff, name="charge_tariff"),
    path("charges/terms/", charges.terms, name="charge_terms"),
    path("charges/board/", charges.board, name="charge_board"),
    path("charges/houses/", charge_houses.bare, name="charge_bare"),
    path("charges/houses/<str:code>/", charge_houses.house, name="charge_house"),
    path("charges/assign/", charge_houses.bulk, name="charge_bulk"),
    path("charges/reliefs/", charge_houses.relief_list, name="charge_reliefs"),
    path("charges/reliefs/<int:pk>/", charge_houses.relief, name="charge_relief"),
    path("calendar/", standards.calendar, name="calendar"),
    path("figures/", figures.board, name="figures"),
    path("figures/export/", figures.export, name="figures_export"),
    path("figures/complaints/paper/", figures.complaints_paper, name="complaints_paper"),
    path("figures/<str:code>/", figures.rows, name="figures_rows"),
    path("opening/", opening.opening, name="opening"),
    path("opening/confirm/", opening.confirm, name="opening_confirm"),
    path("opening/blank/", opening.blank, name="opening_blank"),
    path("billing/", billing.billing, name="billing"),
    path("billing/new/", billing.begin, name="billing_new"),
    path("billing/<int:pk>/", billing.run, name="billing_run"),
    path("billing/<int:pk>/live/", billing.live, name="billing_live"),
    path("billing/<int:pk>/snags/", billing.snags, name="billing_snags"),
    path("billing/<int:pk>/lines/", billing.lines, name="billing_lines"),
    path("shared-costs/", shared_costs.pools, name="shared_costs"),
    path("shared-costs/new/", shared_costs.new, name="shared_cost_new"),
    path("shared-costs/scopes/", shared_costs.scopes, name="cost_scopes"),
    path("shared-costs/scopes/<int:pk>/", shared_costs.scope, name="cost_scope"),
    path("shared-costs/<int:pk>/", shared_costs.pool, name="shared_cost"),
    path("shared-costs/<int:pk>/scan/", shared_costs.pool_scan, name="shared_cost_scan"),
    path("charge-slips/", charge_slips.slips, name="charge_slips"),
    path("charge-slips/new/", charge_slips.new, name="charge_slip_new"),
    path("charge-slips/agency/", charge_slips.agency, name="agency"),
    path("charge-slips/agency/<int:pk>/", charge_slips.settle, name="hand_over"),
    path("charge-slips/agency/<int:pk>/scan/", charge_slips.hand_over_scan, name="hand_over_scan"),
    path("charge-slips/<str:number>/", charge_slips.slip, name="charge_slip"),
    path("charge-slips/<str:number>/paper/", charge_slips.slip_paper, name="charge_slip_paper"),
    path("charge-slips/<str:number>/scan/", charge_slips.slip_scan, name="charge_slip_scan"),
    path("arrears/", arrears.glance, name="arrears"),
    path("households/", households.find, name="accounts"),
    path("households/<str:code>/", households.account, name="account"),
    path("households/<str:code>/statement/", households.statement, name="account_statement"),
    path("bills/<str:number>/", households.bill, name="bill"),
    path("bills/<str:number>/paper/", bills_print.bill_pdf, name="bill_pdf"),
    path("billing/<int:pk>/papers/", bills_print.run_bills, name="run_bills"),
    path("billing/<int:pk>/papers/<int:number>/", bills_print.run_bills_pdf, name="run_bills_pdf"),
    path("households/<str:code>/statement/paper/", bills_print.statement_pdf, name="statement_pdf"),
    path("roster/", roster.roster, name="roster"),
    path("roster/confirm/", roster.confirm, name="roster_confirm"),
    path("staff/", staff.staff, name="staff"),
    path("hire/", staff.hire, name="staff_hire"),
    path("staff/<str:code>/", staff.employee, name="staff_employee"),
    path("staff/<str:code>/hand-over/", staff.hand_over, name="staff_hand_over"),
    path("staff/<str:code>/<str:verb>/", staff.act, name="staff_act"),
]
