"""A paper as an answer of the site."""

from urllib.parse import unquote

from huiyin.doors.parts.pdf import pdf_answer


def test_a_paper_is_shown_under_a_name_people_read() -> None:
    answer = pdf_answer("服务工作单 YG-20260316-0001", b"%PDF-1.7")
    assert answer["Content-Type"] == "application/pdf"
    shown = answer["Content-Disposition"]
    assert shown.startswith("inline; filename*=utf-8''")
    assert unquote(shown).endswith("服务工作单 YG-20260316-0001.pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "object-src 'self'" in answer["Content-Security-Policy"]  # else Chrome shows nothing
    assert "script-src" not in answer["Content-Security-Policy"]


def test_a_name_cannot_write_a_header_of_its_own() -> None:
    shown = pdf_answer('x"; filename="evil.exe', b"%PDF-1.7")["Content-Disposition"]
    assert shown == 'inline; filename="x\\"; filename=\\"evil.exe.pdf"'
