"""``huiyin token EMPLOYEE``: print an API token for an employee."""

import sys

from huiyin.kernel import clock
from huiyin.kernel.errors import Refused
from huiyin.staff.actions import issue_token


def token(employee: str, *, label: str = "huiyin token") -> int:
    """Print a new API token; return 0, or 2 for an employee unknown or gone."""
    try:
        print(issue_token(employee=employee.strip(), at=clock.now(), label=label))
    except Refused as refusal:
        print(f"huiyin token: {employee}: {refusal}", file=sys.stderr)
        return 2
    return 0
