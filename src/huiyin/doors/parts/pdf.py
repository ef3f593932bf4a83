"""A paper as an answer: shown by the browser, saved under a name people understand."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# A browser shows a PDF as an object inside a page of its own; nothing else may come along.
VIEWER = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def pdf_answer(name: str, data: bytes) -> HttpResponse:
    """Answer a PDF to be shown inline, kept by nobody, read as nothing else."""
    response = HttpResponse(data, content_type="application/pdf")
    file_name = f"{name}.pdf".replace(":", "")  # which no file of Windows may have
    response["Content-Disposition"] = content_disposition_header(False, file_name) or "inline"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = VIEWER
    return response
