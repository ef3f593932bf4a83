"""Forms filled in as an office would, invented throughout."""

import io
from typing import Any

from PIL import Image, ImageDraw

TOWN = {"name": "阳光花园", "phone": "0755-8888 6666", "address": "阳光路88号阳光花园3栋首层"}


def signature() -> list[int]:
    """Return a scribble as the bytes of a small picture."""
    page = Image.new("L", (240, 90), 255)
    ImageDraw.Draw(page).line([(10, 60), (45, 20), (55, 75), (100, 30), (220, 55)], width=4)
    kept = io.BytesIO()
    page.convert("1").save(kept, "PNG")
    return list(kept.getvalue())


def line(text: str, quantity: str, price: str, amount: str) -> dict[str, str]:
    """Return a line with an amount."""
    return {"text": text, "quantity": quantity, "price": price, "amount": amount}


LINES = [
    line("角阀", "1 个", "38.00", "38.00"),
    line("不锈钢编织软管 60cm", "1 根", "25.50", "25.50"),
]
CUT = {
    "category": "停电通知",
    "title": "3栋、5栋计划停电检修",
    "body": "因供电局检修高压配电房,将按以下时间停电。\n请您提前做好准备。",
    "facts": [["停电时间", "2026年3月18日 08:30 至 12:00"], ["注意事项", "请关闭贵重电器电源。"]],
    "issued_on": "2026年3月16日",
}
# Form → what it is filled in with, and words that must stand on it.
FILLED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "service_order": (
        {
            "received_at": "2026-03-16 09:00",
            "received_by": "韩前",
            "channel": "电话",
            "house": "3-1-1201 厨房",
            "caller": "欧阳娜娜",
            "phone": "138****5678",
            "kind": "报修",
            "text": "厨房水龙头滴水,关不紧。",
            "appointed_at": "2026-03-16 14:00",
            "sent_to": "维修技工",
            "accepted_by": "许技",
            "arrived_at": "2026-03-16 13:50",
            "cause": "材料老化",
            "result": "更换角阀和软管",
            "materials": LINES,
            "labour": "50.00",
            "total": "113.50",
            "capitals": "壹佰壹拾叁元伍角",
            "finished_at": "2026-03-16 14:35",
            "signed_name": "欧阳娜娜",
            "signed_at": "2026-03-16 14:36",
            "signature": signature(),
            "done_by": "许技",
            "visited_at": "2026-03-17 10:00",
            "visited_by": "韩前",
            "satisfaction": "满意",
        },
        (
            "业主联",
            "存根",
            "欧阳娜娜",
            "3-1-1201",
            "不锈钢编织软管60cm",
            "壹佰壹拾叁元伍角",
            "113.50",
            "材料老化",
            "2026-03-1710:00",
        ),
    ),
    "slip": (
        {
            "title": "维修(服务)单",
            "matter": "YG-20260316-0001",
            "house": "3-1-1201",
            "signed_at": "2026-03-16 14:36",
            "lines": [*LINES, line("人工费", "1 次", "50.00", "50.00")],
            "material_total": "63.50",
            "labour_total": "50.00",
            "total": "113.50",
            "capitals": "壹佰壹拾叁元伍角",
            "payer": "欧阳娜娜",
            "signature": signature(),
            "by": "许技",
            "void": "已作废",
        },
        ("业主联", "存根", "材料费用", "63.50", "壹佰壹拾叁元伍角", "已作废", "经办人", "许技"),
    ),
    "service_list": (
        {
            "title": "业主送水清单",
            "period": "2026-03-16",
            "rows": [
                {
                    "house": "3-1-1201",
                    "at": "10:20",
                    "text": "桶装水",
                    "amount": "36.00",
                    "by": "吕扫",
                }
            ],
            "total": "36.00",
            "capitals": "叁拾陆元整",
        },
        ("业主送水清单", "3-1-1201", "桶装水", "叁拾陆元整", "业主签字", "经办人"),
    ),
    "incident_report": (
        {
            "file_number": "YG-TF-2026-001",
            "category": "电梯困人",
            "happened_at": "2026-03-16 07:42",
            "place": "3栋2号电梯",
            "received": "何卫 07:43",
            "attended": "何卫 07:47",
            "course": "07:42 电梯停在5楼与6楼之间\n08:12 乘客安全救出",
            "losses": "无人员伤亡",
            "handling": "安抚乘客",
            "cause": "接触器老化",
            "responsibility": "维保公司",
            "measures": "检查全部电梯",
            "written_by": "朱工",
            "written_at": "2026-03-16 11:30",
            "site_opinion": "情况属实",
            "site_by": "卫主 2026-03-16 15:00",
            "opinion": "同意归档",
            "decided_by": "周总 2026-03-17 09:20",
        },
        (
            "归档号",
            "YG-TF-2026-001",
            "电梯困人",
            "08:12乘客安全救出",
            "情况属实",
            "同意归档",
            "周总2026-03-1709:20",
        ),
    ),
    "duty_log": (
        {
            "day": "2026-03-16",
            "period": "07:00-15:00",
            "people": ["韩前(签到 2026-03-16 06:55)"],
            "counts": [["来电", "42"], ["未接", "1"]],
            "summary": ["受理:投诉 3、报修 12"],
            "items": ["地下室渗水待复查 → 许技 √"],
            "keys": ["监控室钥匙2把"],
            "handed": "韩前 2026-03-16 15:02",
            "taken": "何卫 2026-03-16 15:04",
            "opinion": "停电告示今晚张贴",
            "signed": "王静 2026-03-17 08:40",
        },
        ("07:00-15:00", "42", "报修12", "地下室渗水待复查", "监控室钥匙2把", "停电告示今晚张贴"),
    ),
    "visit_record": (
        {
            "period": "2026-03-09 至 2026-03-15",
            "counts": [["回访", "1 件"], ["不满意", "0 件"]],
            "rows": [
                {
                    "at": "2026-03-09 10:00",
                    "house": "3-1-1201",
                    "way": "电话",
                    "number": "YG-20260309-0001",
                    "opinion": "师傅很准时",
                    "satisfaction": "很满意",
                    "handling": "已关闭",
                    "by": "韩前",
                }
            ],
        },
        ("YG-20260309-0001", "师傅很准时", "很满意", "回访1件", "主管签字"),
    ),
    "checklist": (
        {
            "title": "上门维修检查表",
            "about": "3栋泵房",
            "by": "许技",
            "started_at": "2026-03-16 13:50",
            "ended_at": "2026-03-16 14:35",
            "lines": [
                {
                    "group": "作业",
                    "title": "水压",
                    "asks": "0.2 至 0.4 MPa",
                    "answer": "0.5 MPa",
                    "flags": "不合格",
                    "remark": "许技 03-16 14:10",
                    "photos": [signature()],
                },
                {"group": "作业", "title": "说明", "optional": True},
            ],
        },
        ("上门维修检查表", "作业", "水压", "0.5MPa", "不合格", "可不填", "检查人签字"),
    ),
    "statistics": (
        {
            "period": "2026-03-09 至 2026-03-15",
            "made_on": "2026-03-16",
            "counts": [["本期投诉", "12"], ["上期投诉", "9"]],
            "tables": [
                {"title": "类别", "rows": [["噪音扰民", 5], ["环境卫生", 4]]},
                {"title": "原因", "rows": []},
            ],
            "late": "1 件:YG-20260310-0003",
            "pending": "无",
            "measures": [{"text": "增加夜间巡查", "who": "尤保", "due": "2026-03-31"}],
        },
        ("一、类别", "噪音扰民", "本期投诉", "YG-20260310-0003", "增加夜间巡查", "改进措施"),
    ),
    "letter": (
        {
            "date": "2026年3月16日",
            "way": "邮政特快专递",
            "ems": "EA123456789CN",
            "title": "关于露台改造的函",
            "to": {
                "name": "欧阳娜娜 女士",
                "address": "深圳市南山区阳光路88号\n3栋1单元1201房",
                "postcode": "518000",
            },
            "salutation": "欧阳女士:",
            "body": "您好!\n请在收到本函之日起7日内补办手续。",
            "rows": [["房号", "3-1-1201"]],
            "enclosures": ["装修申请表"],
            "contact": "孔管",
            "receipt": True,
        },
        (
            "518000",
            "3栋1单元1201房",
            "EA123456789CN",
            "关于露台改造的函",
            "7日内补办手续",
            "1.装修申请表",
            "签收人",
            "阳光花园物业服务中心",
        ),
    ),
    "door_notice": (
        {**CUT, "house": "3-1-1201", "posted_by": "何卫", "posted_at": "2026-03-16 18:00"},
        ("3-1-1201", "停电通知", "3栋、5栋计划停电检修", "张贴人何卫", "0755-88886666"),
    ),
    "poster": (
        {
            **CUT,
            "place": "3栋1单元大堂",
            "shown_from": "2026-03-16",
            "shown_until": "2026-03-18",
        },
        ("停电通知", "3栋1单元大堂", "注意事项", "张贴日期2026-03-16至2026-03-18", "盖章处"),
    ),
    "bill": (
        {
            "house": "3-1-1201",
            "payer": "欧阳娜娜",
            "period": "2026年第二季度",
            "issued_on": "2026-03-17",
            "due_on": "2026-04-15",
            "lines": [
                {
                    "item": "物业费",
                    "days": "2026-04-01 至 2026-06-30",
                    "how": "98.5 m² × 2.80 元 × 3 个月",
                    "price": "2.80",
                    "quantity": "98.5 m²",
                    "amount": "827.40",
                },
                {
                    "item": "公摊水费",
                    "days": "2026-01-01 至 2026-03-31",
                    "how": "总额 12,345.67 元,按面积分摊,您家 98.5 / 12,000 m²",
                    "price": "",
                    "quantity": "",
                    "amount": "101.34",
                },
            ],
            "amount": "928.74",
            "earlier": "300.00",
            "earlier_note": "2026年第一季度 300.00 元",
            "late_fee": "—",
            "offset": "-100.00",
            "prepaid": "12.50",
            "total": "1,128.74",
            "capitals": "壹仟壹佰贰拾捌元柒角肆分",
            "ways": "服务中心前台,8:30–18:00",
            "remark": "如您已缴清,请忽略本通知。",
        },
        (
            "收费通知单",
            "欧阳娜娜",
            "2026年第二季度",
            "98.5m²×2.80元×3个月",
            "往期欠费",
            "壹仟壹佰贰拾捌元柒角肆分",
            "1,128.74",
            "服务中心前台",
        ),
    ),
    "statement": (
        {
            "house": "3-1-1201",
            "payer": "欧阳娜娜",
            "period": "2026-01-01 至 2026-03-31",
            "made_on": "2026-04-01",
            "opening": "300.00",
            "rows": [
                {
                    "on": "2026-01-05",
                    "memo": "账单 YG-1",
                    "debit": "827.40",
                    "credit": "",
                    "balance": "1,127.40",
                },
                {
                    "on": "2026-02-01",
                    "memo": "预存抵扣",
                    "debit": "",
                    "credit": "1,000.00",
                    "balance": "127.40",
                },
            ],
            "debits": "827.40",
            "credits": "1,000.00",
            "closing": "127.40",
            "closing_said": "截至 2026-03-31,尚未缴纳 127.40 元。",
        },
        ("对账单", "期初余额", "期末余额", "127.40", "尚未缴纳127.40元"),
    ),
}
# What a blank form still says.
BLANK: dict[str, tuple[str, ...]] = {
    "bill": ("应缴合计", "缴费方式", "盖章处"),
    "statement": ("期初余额", "期末余额", "业主/住户核对"),
    "service_order": ("故障原因", "材料名称", "满意", "业主签字"),
    "slip": ("单元", "项目", "经办人"),
    "service_list": ("业主签字", "18"),
    "incident_report": ("管理处意见", "公司领导审批", "签字"),
    "duty_log": ("来电来访摘要", "交接人", "主管阅签"),
    "visit_record": ("满意度", "14", "主管签字"),
    "checklist": ("要求", "主管签字"),
    "statistics": ("四、部门", "责任人"),
    "letter": ("特此函告", "邮政快递单号"),
    "door_notice": ("张贴人", "盖章处"),
    "poster": ("张贴日期", "盖章处"),
}
