"""What owners often ask, and what is found for what one types (REC-13, OWN-03)."""

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from huiyin.doors.parts.fragments import show
from huiyin.doors.portal.page import OwnerRequest, owner_page
from huiyin.knowledge import queries as knowledge

MOST = 12
TYPED_MOST = 100


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page
def answers(request: OwnerRequest) -> HttpResponse:
    """Show what is asked most, or what fits the words.

    Words are sent by POST: what somebody asks does not belong into the log of addresses.
    """
    asked = request.POST.get("text", "").replace("\0", "").strip()[:TYPED_MOST]
    place = request.community.id
    if asked:
        found = knowledge.find_public(community_id=place, text=asked, limit=MOST)
    else:
        found = knowledge.often_asked(community_id=place, limit=MOST)
    context = {"answers": found, "asked": asked}
    return show(request, "my_answers/answers.html", "my_answers/_answers.html", context)
