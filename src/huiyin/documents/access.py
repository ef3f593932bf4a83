"""Who may read, write and destroy papers (PLN-04, HR-01)."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from huiyin.documents.models import Paper
from huiyin.documents.rules import LEADERS, OFFICE, departments_of, may_read
from huiyin.kernel.caller import Caller
from huiyin.kernel.errors import Forbidden, NotFound
from huiyin.staff.access import admit_to_community

WRITERS = (
    *OFFICE,
    "finance",
    "company_finance",
    "collector",
    "maintenance_foreman",
    "security_foreman",
    "cleaning_foreman",
)
# Those of the menu: whoever may read any department's papers.
READERS = (*WRITERS, "technician", "guard", "cleaner", "gardener")
UNFINISHED = (Paper.State.DRAFT, Paper.State.IN_REVIEW, Paper.State.RETURNED)
# Nobody's business but its writer's; what is under review is read by whoever might decide.
_OWN = (Paper.State.DRAFT, Paper.State.RETURNED)


def admit_writer(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden to those who keep no papers."""
    admit_to_community(caller, community_id)
    if not caller.holds(community_id, *WRITERS):
        raise Forbidden(_("您的岗位不能新建或归档文件,请交给客服前台或主管。"))


def may_write(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller may file and draft papers."""
    return caller.holds(community_id, *WRITERS)


def admit_leader(caller: Caller, community_id: int) -> None:
    """Raise NotFound to strangers, Forbidden unless the caller leads the site or the company."""
    admit_to_community(caller, community_id)
    if not is_leader(caller, community_id):
        raise Forbidden(_("这一步要由项目经理或公司负责人办理。"))


def is_leader(caller: Caller, community_id: int) -> bool:
    """Tell whether the caller leads the site or the company."""
    return caller.holds(community_id, *LEADERS)


def is_about(caller: Caller, paper: Paper) -> bool:
    """Tell whether the subject of the paper complains about the caller."""
    return caller.employee_id is not None and caller.employee_id == paper.about_id


def admit_reader(caller: Caller, paper: Paper | None) -> Paper:
    """Return a paper to whoever may read it.

    It is not there for strangers, nor for whom its subject complains about (CMP-05); colleagues
    it is not meant for are refused.
    """
    if paper is None or not caller.works_in(paper.community_id) or is_about(caller, paper):
        raise NotFound(_("没有这份文件。"))
    if not reads(caller, paper):
        raise Forbidden(_("这份文件的密级不允许您查看。确有需要,请找项目经理。"))
    return paper


def reads(caller: Caller, paper: Paper) -> bool:
    """Tell whether a colleague may read a paper of their community."""
    if caller.is_system or is_leader(caller, paper.community_id):
        return True
    if caller.employee_id is not None and caller.employee_id == paper.made_by_id:
        return True
    if paper.state in _OWN:
        return False
    posts = caller.posts_in(paper.community_id)
    return may_read(posts, paper.level, paper.department, paper.readers)


def readable(caller: Caller, community_id: int) -> QuerySet[Paper]:
    """Return the papers of a community that the caller may read, as :func:`reads` says."""
    papers = Paper.objects.filter(community_id=community_id)
    if caller.is_system:
        return papers
    papers = papers.exclude(about_id=caller.employee_id or 0)
    if is_leader(caller, community_id):
        return papers
    posts = caller.posts_in(community_id)
    meant = Q(level__in=("staff", "owner"), department__in=departments_of(posts)) | Q(
        level="posts", readers__overlap=sorted(posts)
    )
    mine = Q(made_by_id=caller.employee_id) if caller.employee_id is not None else Q(pk__in=())
    return papers.filter(mine | meant & ~Q(state__in=_OWN))
