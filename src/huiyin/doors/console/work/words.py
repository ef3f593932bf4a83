"""The sentences the phone's page says by itself in the reader's language; it fills in {n}."""

from django.utils.translation import gettext as _

from huiyin.matters import titles


def words() -> dict[str, str]:
    """Return every sentence of ``field.js`` under the name it asks for."""
    return {
        **_moments(),
        **_queue(),
        **_list(),
        **_kept(),
        **_steps(),
        **_items(),
        **_sheets(),
        **{f"state_{code}": str(title) for code, title in titles.STATES.items()},
    }


def _moments() -> dict[str, str]:
    return {
        "today": _("今天 {time}"),
        "tomorrow": _("明天 {time}"),
        "yesterday": _("昨天 {time}"),
        "on_day": _("{month}月{day}日 {time}"),
        "left": _("还有 {span}"),
        "over": _("超时 {span}"),
        "minutes": _("{n} 分钟"),
        "hours_minutes": _("{n} 小时 {m} 分"),
        "hours": _("{n} 小时"),
        "days": _("{n} 天"),
        "due": _("限 {at}"),
    }


def _queue() -> dict[str, str]:
    return {
        "queue_empty": _("已全部送达"),
        "queue_waiting": _("{n} 项待发送"),
        "queue_sending": _("正在发送 {n} 项…"),
        "queue_offline": _("没有信号,{n} 项已存在手机里"),
        "queue_offline_none": _("没有信号,可以照常工作"),
        "queue_busy": _("{n} 项待发送,服务器忙,稍后自动再发"),
        "queue_login": _("登录已过期,{n} 项都还在手机里"),
        "queue_login_none": _("登录已过期,请重新登录"),
        "queue_kept": _("{n} 项没有被接收,请看红色提示"),
        "others_wait": _("这部手机里还有同事的 {n} 项待发送,请他本人登录后发送。"),
        "send_now": _("发送"),
        "refresh": _("刷新"),
        "log_in": _("重新登录"),
        "waits": _("{n} 项待发送"),
        "waits_one": _("待发送"),
        "no_store": _("这个浏览器不能在手机里存东西(可能是无痕模式),没有信号时不能用。"),
    }


def _list() -> dict[str, str]:
    return {
        "my_work": _("我的工作"),
        "jobs_today": _("{n} 件,按路线排好"),
        "no_work": _("手上没有未完的事"),
        "no_work_hint": _("有新派给您的事,会在这里和消息里看到。"),
        "no_data": _("还没有取到您的工作"),
        "no_data_hint": _("有信号时打开一次,之后没有信号也能用。"),
        "done_today": _("已办结、已退回"),
        "clock_wrong": _(
            "手机时间差 {span},时限已按服务器时间计算。请在手机设置里打开“自动确定时间”。"
        ),
        "as_of": _("{at} 更新"),
        "important": _("重要"),
        "has_conflict": _("有没被接收的"),
        "next_is": _("下一步:{step}"),
        "given_back": _("已退回"),
        "on_the_way": _("在路上"),
        "whole_matter": _("查看事项全部记录"),
        "not_mine": _("这件事不在您手上"),
        "not_mine_hint": _("可能已改派给别人或已关闭。有疑问请联系前台。"),
        "name": _("姓名"),
    }


def _kept() -> dict[str, str]:
    return {
        "kept_conflict": _("{n} 项没有被接收:情况已经变了"),
        "kept_refused": _("{n} 项没有被接收"),
        "kept_waiting": _("{n} 项等待发送"),
        "told_conflict": _("这件事在您没有信号时被别人改动了。请联系前台。"),
        "told_refused": _("服务器不接受这些内容。请联系前台。"),
        "told_waiting": _("有信号时会自动发送。"),
        "kept_text": _("内容:{value}"),
        "kept_note": _("说明:{value}"),
        "kept_result": _("办理结果:{value}"),
        "kept_reason": _("原因:{value}"),
        "kept_name": _("姓名:{value}"),
        "kept_amount": _("金额:{value} 元"),
        "kept_quantity": _("数量:{value}"),
        "put_away": _("知道了,收起"),
        "put_away_sure": _("收起后,这 {n} 项会从手机里删除。请先确认前台已经知道。"),
        "put_away_yes": _("前台已知道,删除"),
        "act_accept": _("接单"),
        "act_leave": _("出发"),
        "act_arrive": _("到场"),
        "act_mark": _("检查表一项"),
        "act_line": _("材料或人工"),
        "act_drop_line": _("删去一行费用"),
        "act_consent": _("业主同意"),
        "act_photo": _("照片"),
        "act_sign": _("业主签字"),
        "act_finish": _("办结"),
        "act_note": _("备注"),
        "act_give_back": _("退回"),
    }


def _steps() -> dict[str, str]:
    return {
        "step_accept": _("接单"),
        "step_leave": _("出发"),
        "step_arrive": _("到场"),
        "step_lines": _("材料和人工"),
        "step_group": _("检查表"),
        "step_before": _("施工前照片"),
        "step_after": _("施工后照片"),
        "step_sign": _("业主签字"),
        "step_finish": _("办结"),
        "step_done": _("已完成:"),
        "step_now": _("现在:"),
        "step_later": _("稍后:"),
        "skipped": _("已跳过"),
        "owed": _("还差 {n} 项"),
        "hint_accept": _("点下面的“接单”,前台和业主就知道您会来。"),
        "hint_leave": _("出门时点“出发”。"),
        "hint_arrive": _("到了门口点“到场”,没有信号也可以点。"),
        "hint_sign": _("请把手机交给业主,看清金额后在屏幕上签字。"),
        "call": _("打电话"),
        "note": _("备注"),
        "give_back": _("退回"),
        "gone": _("已退回给前台。原因:{reason}"),
        "all_done": _("这件事做完了"),
        "all_done_waits": _("还有 {n} 项在手机里,有信号时会自动发送。"),
        "all_done_sent": _("全部内容已送达。"),
        "lines_hint": _("先报价,业主同意后再动手。"),
        "no_lines": _("还没有材料和人工。"),
        "total": _("合计"),
        "add_line": _("添加材料或人工"),
        "ask_consent": _("报价好了,请业主同意"),
        "for_free": _("不收费,业主同意开工"),
        "agreed_by": _("{name} 已同意({at})"),
        "drop_line": _("删去:{what}"),
        "signed_by": _("{name} 已签字,金额 ¥ {amount}"),
        "do_sign": _("请业主签字"),
        "result": _("办理结果"),
        "result_hint": _("例如:更换水龙头阀芯,试水不漏"),
        "result_missing": _("请写办理结果,再点“办结”。"),
        "cause": _("原因"),
        "cause_unknown": _("不清楚"),
    }


def _items() -> dict[str, str]:
    return {
        "optional": _("(可不填)"),
        "done_item": _("做到了:{item}"),
        "not_done_item": _("没做到:{item}"),
        "not_done": _("没做到"),
        "not_done_why": _("为什么没做到"),
        "save": _("保存"),
        "photo_before": _("动手前拍下故障部位。"),
        "photo_after": _("做完后拍下同一部位。"),
        "photo_before_public": _("动手前拍下现场,要拍到警示牌和围挡。"),
        "photo_after_public": _("做完后拍下同一处,警示牌已收走。"),
        "photo_of_before": _("施工前照片"),
        "photo_of_after": _("施工后照片"),
        "photo_of_work": _("现场照片"),
        "photo_away": _("有信号时可看"),
        "take_photo": _("拍照"),
        "one_more_photo": _("再拍一张"),
        "skip_photo": _("不拍照,继续"),
        "skip_photo_why": _("为什么不能拍照"),
        "skipped_photo_note": _("没有拍{step}:{reason}"),
    }


def _sheets() -> dict[str, str]:
    return {
        "close": _("关闭"),
        "no": _("取消"),
        "write_something": _("请写几个字。"),
        "give_back_why": _("为什么退回"),
        "give_back_hint": _("写清楚做不了的原因,前台会改派给别人。"),
        "note_text": _("写给同事看的话"),
        "note_send": _("保存备注"),
        "consent": _("业主同意"),
        "amount_to_agree": _("报价"),
        "who_agrees": _("谁同意的"),
        "agreed": _("业主已同意"),
        "name_missing": _("请写姓名。"),
        "sign": _("业主签字"),
        "amount_to_sign": _("应付金额"),
        "signer": _("签字人"),
        "sign_here": _("请在框内签名"),
        "sign_again": _("重签"),
        "signed_send": _("确认签字"),
        "signature_missing": _("还没有签名,请业主在框内写下姓名。"),
        "find_item": _("找材料、人工"),
        "no_item": _("价目表里没有。请改用别的词,或打电话给前台。"),
        "service": _("特约服务"),
        "labour": _("人工"),
        "material": _("材料"),
        "quantity": _("数量({unit})"),
        "one_less": _("减一"),
        "one_more": _("加一"),
        "line_amount": _("金额"),
        "bad_quantity": _("数量要大于 0,最多两位小数,例如 1 或 2.5。"),
        "take_line": _("加入"),
        "other_item": _("换一项"),
    }
