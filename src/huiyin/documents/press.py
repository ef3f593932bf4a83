"""The press: a program of its own that turns one job into a PDF, and is gone.

Reads a job as JSON from standard input, writes the PDF to standard output, its warnings to standard
error. A process of its own because a thousand letters take hundreds of MiB that a web server
would never give back, and because nothing in a form may kill or hold up whoever asked.
Run by :mod:`huiyin.documents.typesetting` as ``python -I press.py``; imports nothing of Huiyin.
"""

import contextlib
import json
import sys

MOST_MEMORY = 3 * 1024**3


def main() -> int:
    """Print the job; 1 when the form is at fault, which standard error explains."""
    with contextlib.suppress(
        ImportError, ValueError, OSError
    ):  # Windows and macOS have no such limit
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    import typst  # noqa: PLC0415 - after the limit

    job = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=job["fonts"]
    )
    compiler = typst.Compiler(
        job["form"],
        root=job["root"],
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"papers": job["papers"]},
    )
    try:
        done, warnings = compiler.compile_with_warnings(format="pdf")
    except typst.TypstError as error:
        print(error, file=sys.stderr)
        return 1
    for warning in warnings:
        print(warning, file=sys.stderr)
    sys.stdout.buffer.write(done)
    return 0


if __name__ == "__main__":
    sys.exit(main())
