"""Reads about the staff."""

from huiyin.staff.queries.duty import (
    EmployeeRow,
    caller_for,
    caller_for_token,
    directory,
    employee_model,
    first_posts,
    keeper_id_of,
    keeper_of,
    local_day,
    on_duty,
)
from huiyin.staff.queries.people import (
    AbsenceRow,
    AreaRow,
    EmployeeView,
    PostRow,
    ShiftRow,
    buildings_kept,
    employee_row,
    employee_view,
    employees,
    not_in_post,
)

__all__ = [
    "AbsenceRow",
    "AreaRow",
    "EmployeeRow",
    "EmployeeView",
    "PostRow",
    "ShiftRow",
    "buildings_kept",
    "caller_for",
    "caller_for_token",
    "directory",
    "employee_model",
    "employee_row",
    "employee_view",
    "employees",
    "first_posts",
    "keeper_id_of",
    "keeper_of",
    "local_day",
    "not_in_post",
    "on_duty",
]
