"""``/photos``: a photo is sent first, then named in what it belongs to."""

from typing import Any

from django.core.signing import BadSignature, Signer
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status

from huiyin.doors.api.gate import Request
from huiyin.doors.api.problems import Problem
from huiyin.doors.api.schemas import Code, PhotoId, PhotoOut
from huiyin.files import queries as files
from huiyin.files.actions import store_photo
from huiyin.kernel import clock
from huiyin.kernel.caller import Caller
from huiyin.matters import queries

router = Router(tags=["photos"])

PHOTO_MOST = 10 * 1024 * 1024
IMAGES = ("image/jpeg", "image/png", "image/webp")


BINARY = {media: {"schema": {"type": "string", "format": "binary"}} for media in IMAGES}


@router.post(
    "/photos",
    response={201: PhotoOut},
    summary="Send a photo",
    openapi_extra={"requestBody": {"required": True, "content": BINARY}},
)
def send(request: Request) -> Status[dict[str, Any]]:
    """Keep a photo (the body is the image itself) and return its name for ``photos``.

    Only the user who sent it can name it, so that nobody attaches what they cannot see.
    """
    file_id = store_photo(by=request.caller, at=clock.now(), name="photo", data=request.body)
    return Status(201, {"photo": _signer(request.caller).sign(str(file_id))})


send.body_most = PHOTO_MOST  # type: ignore[attr-defined]


@router.get(
    "/matters/{number}/photos/{photo}",
    summary="Look at a photo of a matter",
    openapi_extra={"responses": {200: {"description": "The image.", "content": BINARY}}},
)
def look(request: Request, number: Code, photo: PhotoId) -> HttpResponse:
    """Return the image of a matter the caller may see."""
    file_id = queries.photo_file(caller=request.caller, number=number, file_id=photo)
    data, media_type = files.read(file_id)
    return HttpResponse(data, content_type=media_type)


def file_ids(caller: Caller, names: list[str]) -> tuple[int, ...]:
    """Return the files behind the names that :func:`send` gave to this caller."""
    signer = _signer(caller)
    try:
        return tuple(int(signer.unsign(name)) for name in names)
    except BadSignature:
        raise Problem(422, _("没有这张照片,请先用 POST /photos 上传。"), field="photos") from None


def _signer(caller: Caller) -> Signer:
    return Signer(salt=f"huiyin.api.photo.{caller.user_id}")
