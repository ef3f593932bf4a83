"""HTML of a mail as plain text: nothing of it is ever shown as HTML.

The library's parser takes quadratic time over what was written to keep it busy; this one walks the
page once. It need not understand every page, only never hang and never let a tag through.
"""

import re
from html import unescape

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "li", "dl", "dt", "dd", "table", "tr"})
TEXTS = frozenset({"p", "div", "pre", "center", "address", "blockquote", "form"})
PARTS = frozenset({"section", "article", "header", "footer", "body"})
BLOCKS = HEADINGS | LISTS | TEXTS | PARTS
# What is not meant to be read, up to its end tag.
SILENT = frozenset({"script", "style", "title", "template", "noscript", "svg"})
_TAG = re.compile(r"<(?:(/?)([a-zA-Z][a-zA-Z0-9:-]{0,30})|[!?])[^<>]{0,4000}>")


class _Page:
    """The lines of a page; quotations get the sign of a quotation before each line."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quoted = 0

    def say(self, text: str) -> None:
        """Add words to the line, with one blank where the page has many."""
        words = " ".join(text.split())
        if text[:1].isspace() and self.line:
            self.line.append(" ")
        if words:
            self.line.append(words)
            if text[-1].isspace():
                self.line.append(" ")

    def end_line(self) -> None:
        """Begin a new line unless this one is still empty."""
        text = " ".join("".join(self.line).split())
        self.line.clear()
        if text:
            self.lines.append(f"> {text}" if self.quoted else text)

    def tag(self, name: str, *, closes: bool) -> None:
        """Let a tag end the line, begin a quotation or name a point of a list."""
        if name == "br" or name in BLOCKS:
            self.end_line()
        if name == "blockquote":
            self.quoted = max(0, self.quoted + (-1 if closes else 1))
        elif name == "li" and not closes:
            self.line.append("· ")
        elif name in ("td", "th"):
            self.line.append(" ")


def text_of_html(html: str) -> str:
    """Return what a page says, as lines of plain text."""
    page = _Page()
    lowered = html.lower()
    place = 0
    while place < len(html):
        start = html.find("<", place)
        if start < 0:
            page.say(unescape(html[place:]))
            break
        page.say(unescape(html[place:start]))
        place = _after_tag(html, lowered, start, page)
    page.end_line()
    return "\n".join(page.lines)


def _after_tag(html: str, lowered: str, start: int, page: _Page) -> int:
    """Take what begins with a ``<`` and return where the page goes on."""
    if html.startswith("<!--", start):
        return _at(lowered, "-->", start) + len("-->")
    found = _TAG.match(html, start)
    if found is None:
        page.say("<")
        return start + 1
    name = (found[2] or "").lower()
    if name in SILENT and not found[1]:
        return _at(lowered, f"</{name}", found.end())
    page.tag(name, closes=bool(found[1]))
    return found.end()


def _at(text: str, end: str, start: int) -> int:
    """Return where the next ``end`` stands, or the end of all: what never ends says nothing."""
    found = text.find(end, start)
    return len(text) if found < 0 else found
