"""What our papers say: rows of the rooms turned into the data of a form (documents/forms).

Papers are Chinese whatever language the page has that asked for them: an office files them. Who may
see the record may have its paper, with the same blanks; nothing is computed here that a room does
not say.
"""

from huiyin.flows.papers.bills import (
    Prints,
    bill,
    owner_bill,
    owner_statement,
    run_bills,
    run_file,
    statement,
)
from huiyin.flows.papers.blanks import BLANKS, blank
from huiyin.flows.papers.drawing import Paper
from huiyin.flows.papers.keeping import keep_finals, pdf_of
from huiyin.flows.papers.records import (
    complaint_statistics,
    cut_notice,
    duty_log,
    incident_report,
    visit_record,
)
from huiyin.flows.papers.slips import charge_slip
from huiyin.flows.papers.work import blank_checklist, checklist, service_order, slip

__all__ = [
    "BLANKS",
    "Paper",
    "Prints",
    "bill",
    "blank",
    "blank_checklist",
    "charge_slip",
    "checklist",
    "complaint_statistics",
    "cut_notice",
    "duty_log",
    "incident_report",
    "keep_finals",
    "owner_bill",
    "owner_statement",
    "pdf_of",
    "run_bills",
    "run_file",
    "service_order",
    "slip",
    "statement",
    "visit_record",
]
