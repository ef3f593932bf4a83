"""A standard small enough to read at a glance."""

SMALL = """
profile = "small"
title = "小标准"
ladder = [{ at = "half", to = ["owner"] }, { at = "due", to = ["superior", "manager"] }]

[hours]
mon = ["09:00-12:00", "13:00-18:00"]
tue = ["09:00-18:00"]
wed = ["09:00-18:00"]
thu = ["09:00-18:00"]
fri = ["09:00-18:00"]
make_up = ["10:00-16:00"]

[days]
max_pause = "30d"

[assignment]
complaint = ["keeper", "supervisor"]
"*" = ["receptionist"]

[[clause]]
id = "complaint.assign"
code = "assign"
rule = "CMP-01"
title = "十分钟内派单"
source = "接到投诉 10 分钟内“派单”。"
kinds = ["complaint", "complaint.*"]
not_kinds = ["complaint.emergency"]
starts = ["received", "reopened"]
kept_by = ["assigned", "accepted", "arrived"]
limit = "10m"

[[clause]]
id = "complaint.finish"
code = "finish"
rule = "CMP-02"
title = "三个工作日办结"
source = "一般投诉三个工作日办结。"
kinds = ["complaint"]
important = false
starts = ["received"]
kept_by = ["finished"]
by = ["keeper"]
pausable = true
limit = "3wd"
ladder = [{ at = "10m", to = ["owner"] }, { at = "twice", to = ["company_service"] }]

[[clause]]
id = "complaint.contact"
code = "keep_in_touch"
rule = "CMP-06"
title = "每周联系"
source = "每周至少联系一次。"
kinds = ["complaint"]
starts = ["received"]
kept_by = ["progressed"]
contact = true
limit = "every 7d until finished or closed"

[[target]]
code = "on_time"
rule = "CMP-01"
title = "及时率"
source = "投诉处理及时率 96% 以上。"
value = 0.96
unit = "share"
comparison = ">="
"""
