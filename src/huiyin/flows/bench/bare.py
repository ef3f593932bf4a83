"""The floor of the web benches: a view that reads one row by primary key and says it as JSON.

Mounted only when ``HUIYIN_BENCH`` is set, which production refuses.
"""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from huiyin.matters.models import Matter

PATH = "bench/row/"


@require_GET
def row(request: HttpRequest, pk: int) -> JsonResponse:
    """Return one matter's row as it stands."""
    return JsonResponse(Matter.objects.values().get(pk=pk))
