"""The press: a program of its own that does one job on PDFs, and is gone.

A job is a line of JSON on standard input, with bytes behind it where it needs some:

- ``draw``: draw a form of typst with data;
- ``join``: put several PDFs into one, each beginning on a sheet of its own;
- ``look``: tell what a PDF is: pages, encrypted, active, and the beginning of its text.

The result goes to standard output, warnings and faults to standard error. A process of its own,
because a thousand letters take hundreds of MiB that a web server would never give back, and because
nothing in a form or in somebody's scan may kill or hold up whoever asked. Run by
:mod:`huiyin.documents.typesetting` as ``python -I press.py``; it imports nothing of Huiyin.
"""

import contextlib
import io
import json
import re
import sys
import warnings
from typing import Any

MOST_MEMORY = 3 * 1024**3
MOST_TEXT = 20_000
MANY = 20
# What a reader of PDFs does by itself, or for a click that looked like another one.
_DEEDS = frozenset({"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/Rendition", "/GoToE"})
_MOVES = frozenset({"/AA", "/JS", "/JavaScript", "/XFA"})
_PAGE = re.compile(rb"/Type\s*/Page\b")


def draw(job: dict[str, Any], _behind: bytes) -> bytes:
    """Draw a form; what typst wonders about goes to standard error.

    Many papers are first set as if each had one page, which spares half the time (forms/_base.typ);
    when they came out otherwise they are set again.
    """
    import typst  # noqa: PLC0415 - after the limit of memory

    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=job["fonts"]
    )
    papers = {"papers": job["papers"]}
    compiler = typst.Compiler(
        job["form"], root=job["root"], font_paths=fonts, ignore_system_fonts=True
    )
    if job["several"] >= MANY:
        done = _compiled(compiler, {**papers, "pages": "one"}, tagged=False)
        if _pages(done) == job["several"]:
            return done
    return _compiled(compiler, papers)


def _compiled(compiler: Any, inputs: dict[str, str], *, tagged: bool = True) -> bytes:
    """Compile a form; without tags for readers' voices it is a third as large, for the printer."""
    done, doubts = compiler.compile_with_warnings(format="pdf", sys_inputs=inputs, pdf_tags=tagged)
    for doubt in doubts:
        print(doubt, file=sys.stderr)
    return bytes(done)


def _pages(done: bytes) -> int:
    """Count the pages of what typst wrote; to read it as a PDF would take half a second."""
    return len(_PAGE.findall(done))


def join(job: dict[str, Any], behind: bytes) -> bytes:
    """Join PDFs whose lengths the job names; a blank page fills up where the back is left."""
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415

    whole = PdfWriter()
    begin = 0
    for length in job["lengths"]:
        one = PdfReader(io.BytesIO(behind[begin : begin + length]))
        begin += length
        if job["duplex"] and len(whole.pages) % 2:
            whole.add_blank_page()
        whole.append(one, import_outline=False)
    whole.compress_identical_objects()
    out = io.BytesIO()
    whole.write(out)
    return out.getvalue()


def look(_job: dict[str, Any], behind: bytes) -> bytes:
    """Tell what a PDF is; one that cannot be read has no pages."""
    from pypdf import PdfReader  # noqa: PLC0415

    reader = PdfReader(io.BytesIO(behind))
    if reader.is_encrypted:
        return json.dumps({"pages": 0, "encrypted": True, "active": False, "text": ""}).encode()
    said: list[str] = []
    for page in reader.pages:
        if sum(map(len, said)) > MOST_TEXT:
            break
        with contextlib.suppress(Exception):  # a scan has none, and broken text stops nothing
            said.append(page.extract_text())
    found = {
        "pages": len(reader.pages),
        "encrypted": False,
        "active": _acts(reader),
        "text": " ".join(" ".join(said).split())[:MOST_TEXT],
    }
    return json.dumps(found).encode()


def _acts(reader: Any) -> bool:
    """Tell whether anything in the file, wherever it hangs, does more than turn to a page.

    Scripts hide behind pages, links, fields, and behind a harmless action as the next one.
    """
    from pypdf.generic import IndirectObject  # noqa: PLC0415

    known = {(number, birth) for birth, places in reader.xref.items() for number in places}
    known |= {(number, 0) for number in reader.xref_objStm}
    for number, birth in sorted(known):
        with contextlib.suppress(Exception):  # scanners leave broken things that nothing shows
            if _does(reader.get_object(IndirectObject(number, birth, reader))):
                return True
    return False


def _does(thing: Any) -> bool:
    """Tell whether an object is an action, or holds one itself; what it points to comes in turn."""
    left = [thing]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if not _MOVES.isdisjoint(one) or ("/S" in one and str(one["/S"]) in _DEEDS):
                return True
            left += one.values()
        elif isinstance(one, list):
            left += one
    return False


JOBS = {"draw": draw, "join": join, "look": look}


def main() -> int:
    """Do the job; 1 when something in it is at fault, which standard error explains."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # there is none everywhere
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    job = json.loads(sys.stdin.buffer.readline())
    try:
        done = JOBS[job["do"]](job, sys.stdin.buffer.read())
    except Exception as error:  # whatever broken bytes lead a reader to
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    sys.stdout.buffer.write(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
