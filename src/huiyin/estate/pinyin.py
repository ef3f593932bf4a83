"""The key by which a Chinese name is found and sorted without a Chinese keyboard."""

from pypinyin import Style, lazy_pinyin


def romanise(name: str) -> tuple[str, str]:
    """Return a name in pinyin without blanks, and its initials: ``王丽`` is ``wangli``, ``wl``."""
    syllables = lazy_pinyin(name, style=Style.NORMAL, v_to_u=False)
    plain = ["".join(c for c in one.lower() if c.isascii() and c.isalnum()) for one in syllables]
    words = [one for one in plain if one]
    return "".join(words)[:200], "".join(one[0] for one in words)[:40]
