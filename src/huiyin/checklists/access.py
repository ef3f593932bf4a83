"""Who may fill in a checklist, drop one, write a template."""

from django.utils.translation import gettext as _

from huiyin.checklists.models import Run
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import LEADERS, admit_post

# Who may drop what somebody else started.
DROPPERS = (*LEADERS, "supervisor")


def admit_to_run(caller: Caller, run: Run | None) -> Run:
    """Return the run for whoever works in its community; it is not there for strangers."""
    if run is None or not caller.works_in(run.community_id):
        raise NotFound(_("没有这份检查表。"))
    return run


def may_drop(caller: Caller, run: Run) -> bool:
    """Tell whether the caller started the run or leads."""
    mine = caller.employee_id is not None and caller.employee_id == run.started_by_id
    return mine or caller.holds(run.community_id, *DROPPERS)


def admit_to_drop(caller: Caller, run: Run) -> None:
    """Raise Forbidden unless the caller may give up the run."""
    if not may_drop(caller, run):
        raise Forbidden(_("只有填表人本人或主管、经理可以作废检查表。"))


def admit_to_write(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers and Forbidden to colleagues who do not lead the site."""
    admit_post(caller, community_id, *LEADERS)


def may_write(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may change the templates of a community."""
    return caller.holds(community_id, *LEADERS)
