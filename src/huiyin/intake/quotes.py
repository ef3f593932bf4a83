"""What somebody wrote in a mail, without the earlier mail that their program put below it."""

import re

# Lines at which mail programs begin the earlier mail; what follows is quoted.
_EARLIER = re.compile(
    r"""^\s*(
      [-_—=]{2,}\s*(原始邮件|原始郵件|原邮件|原郵件|回复的原邮件|Original(\s+Message)?)\s*[-_—=]{2,}.*
    | [-_—=]{2,}\s*(转发的邮件|Forwarded\s+message)\s*[-_—=]{2,}.*
    | 在?\s*.{0,120}\d{1,4}.{0,120}(写道|寫道)\s*[::]\s*
    | On\s.{4,200}\swrote:\s*
    | At\s\d{4}-\d\d-\d\d\s.{0,200}wrote:\s*
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
# Outlook and Foxmail begin it with a block of headers instead.
_FROM = re.compile(r"^\s*\*?(发件人|寄件者|From)\s*[::]\*?\s*\S", re.IGNORECASE)
_MORE = re.compile(
    r"^\s*\*?(发送时间|发送日期|日期|收件人|主题|寄件日期|收件者|主旨|Sent|Date|To|Subject)\s*[::]",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^\s*(发自我的|從我的|Sent from my|Get Outlook for).{0,60}$", re.IGNORECASE
)
_HEADS_WITHIN = 5


def own_words(text: str) -> str:
    """Return a mail's own words: up to the earlier mail, without quoted lines and signature.

    Never empty when the mail is not: of a mail that is all quotation everything stays.
    """
    lines = text.split("\n")
    end = next((place for place in range(len(lines)) if _begins_earlier(lines, place)), len(lines))
    kept = [line for line in lines[:end] if not line.lstrip().startswith(">")]
    signature = next((place for place, line in enumerate(kept) if line in ("-- ", "--")), len(kept))
    if any(line.strip() for line in kept[:signature]):
        kept = kept[:signature]
    while kept and (not kept[-1].strip() or _SENT_FROM.match(kept[-1])):
        kept.pop()
    return "\n".join(kept).strip() or text.strip()


def _begins_earlier(lines: list[str], place: int) -> bool:
    line = lines[place]
    if _EARLIER.match(line):
        return True
    heads = lines[place + 1 : place + 1 + _HEADS_WITHIN]
    return bool(_FROM.match(line)) and any(_MORE.match(one) for one in heads)
