"""Why questions cannot be asked, on pages."""

from django.utils.translation import gettext_lazy

QUESTIONS = {
    "none": gettext_lazy("请至少写一个问题。"),
    "too_many": gettext_lazy("问题最多 20 个。"),
    "bad_text": gettext_lazy("第 %(n)d 行的问题是空的,或超过 80 字。"),
    "bad_options": gettext_lazy("第 %(n)d 行的选项要有 2 到 10 个,用“/”隔开。"),
    "long_option": gettext_lazy("第 %(n)d 行有超过 30 字的选项。"),
}
