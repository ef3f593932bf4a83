"""HTML of a mail as plain text: nothing of it is ever shown as HTML."""

from html.parser import HTMLParser

HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
LISTS = frozenset({"ul", "ol", "li", "dl", "dt", "dd", "table", "tr"})
TEXTS = frozenset({"p", "div", "pre", "center", "address", "blockquote", "form"})
PARTS = frozenset({"section", "article", "header", "footer"})
BLOCKS = HEADINGS | LISTS | TEXTS | PARTS
SILENT = frozenset({"script", "style", "title", "template", "head", "noscript", "svg"})
QUOTES = frozenset({"blockquote"})


class _Plain(HTMLParser):
    """Collects the words of a page; quotations get the sign of a quotation before each line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.silent: list[str] = []
        self.quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line at a block; keep silent inside what is not meant to be read."""
        if tag in SILENT:
            self.silent.append(tag)
        elif tag == "br" or tag in BLOCKS:
            self._break()
        elif tag in ("td", "th"):
            self.lines[-1] += " "
        if tag == "body":
            self.silent.clear()
        if tag == "li":
            self.lines[-1] += "· "
        if tag in QUOTES:
            self.quoted += 1
            self._break()

    def handle_endtag(self, tag: str) -> None:
        """End a line at a block."""
        if self.silent and tag == self.silent[-1]:
            self.silent.pop()
        if tag in QUOTES and self.quoted:
            self.quoted -= 1
        if tag in BLOCKS:
            self._break()

    def handle_data(self, data: str) -> None:
        """Take words, with one blank where the page has many."""
        if self.silent:
            return
        words = " ".join(data.split())
        if not words:
            if data and self.lines[-1]:
                self.lines[-1] += " "
            return
        if not self.lines[-1] and self.quoted:
            self.lines[-1] = "> "
        before = " " if data[0].isspace() and self.lines[-1].strip() else ""
        after = " " if data[-1].isspace() else ""
        self.lines[-1] += before + words + after

    def _break(self) -> None:
        if self.lines[-1].strip():
            self.lines.append("")


def text_of_html(html: str) -> str:
    """Return what a page says, as lines of plain text."""
    parser = _Plain()
    parser.feed(html)
    parser.close()
    return "\n".join(line.rstrip() for line in parser.lines).strip()
