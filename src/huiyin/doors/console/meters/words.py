"""The sentences that the walk's script says; {n} and the like are filled in by the script."""

from django.utils.translation import gettext as _


def words() -> dict[str, str]:
    """Return the sentences of the walk in the reader's language."""
    return {
        "lower": _("比上次少 {n}。请再看一眼表;确实如此也可以保存,会先待核实,不会直接计费。"),
        "too_much": _("比平时多很多(这次 {n})。请核对读数和小数点;确实如此也可以保存,会先待核实。"),
        "not_a_number": _("读数要填数字,例如 1234。"),
        "too_long": _("这只表只有 {n} 位整数,请核对读数。"),
        "used": _("本次用量 {n} {unit}"),
        "before": _("上次 {day}"),
        "never": _("没有上次读数"),
        "done": _("已抄 {value}"),
        "done_today": _("已保存"),
        "waiting": _("已存在手机里,有信号时自动发送"),
        "sending": _("正在发送……"),
        "pending": _("还有 {n} 条没有发送,已存在手机里"),
        "offline": _("没有信号。抄的数已存在手机里,有信号时自动发送。"),
        "login": _("登录已过期。抄的数都在手机里,请重新登录后再打开这一页。"),
        "sent": _("全部已发送"),
        "refused": _("没有记上:{told}"),
        "again": _("没有记上:{told}要改成 {value},请再按一次保存。"),
        "held": _("已保存,{why},等工程主管或收费员核实。"),
        "skipped": _("跳过:{reason}"),
        "finished": _("这条路线走完了"),
        "summary": _("已抄 {done} 只,跳过 {skipped} 只,还没抄 {left} 只。"),
        "progress": _("{done}/{all}"),
        "photo_kept": _("照片已拍好"),
        "no_storage": _("手机不能保存内容,请保持有信号再抄。"),
    }
