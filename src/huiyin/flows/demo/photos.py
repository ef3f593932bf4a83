"""A few photos for the demo, drawn: a wall, a pipe, a stain, so that nobody's home is shown."""

from datetime import datetime
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from huiyin.files import actions as files
from huiyin.kernel.caller import Caller

SIZE = (960, 720)
PAPER, SIGNATURES = (600, 220), 4
WALLS = ((214, 206, 190), (188, 198, 204), (222, 214, 196), (176, 186, 176), (200, 190, 186))


def store(*, by: Caller, at: datetime, mended: bool = False) -> tuple[int, ...]:
    """Draw and store the photos, before or after the work; return their file ids."""
    name = "after" if mended else "photo"
    return tuple(
        files.store_photo(by=by, at=at, name=f"{name}-{number}.jpg", data=_drawn(number, mended))
        for number in range(len(WALLS))
    )


def store_signatures(*, by: Caller, at: datetime) -> tuple[int, ...]:
    """Draw and store a few signatures; return their file ids."""
    return tuple(
        files.store_photo(by=by, at=at, name=f"sign-{number}.png", data=_signed(number))
        for number in range(SIGNATURES)
    )


def _drawn(number: int, mended: bool = False) -> bytes:
    """Draw a tiled wall in falling light, a pipe, and while it leaks the stain under it."""
    rng = Random(number)  # noqa: S311 - a picture, not a secret
    picture = Image.linear_gradient("L").resize(SIZE)
    wall = Image.composite(
        Image.new("RGB", SIZE, tuple(part - 60 for part in WALLS[number])),
        Image.new("RGB", SIZE, WALLS[number]),
        picture,
    )
    draw = ImageDraw.Draw(wall)
    for x in range(0, SIZE[0], 160):
        draw.line([(x, 0), (x, SIZE[1])], fill=(150, 146, 138), width=2)
    for y in range(0, SIZE[1], 120):
        draw.line([(0, y), (SIZE[0], y)], fill=(150, 146, 138), width=2)
    left = rng.randrange(240, 620)
    if not mended:
        _stain(wall, left, rng)
    _pipe(ImageDraw.Draw(wall), left, drops=0 if mended else 4)
    content = BytesIO()
    wall.save(content, "JPEG", quality=82)
    return content.getvalue()


def _stain(wall: Image.Image, left: int, rng: Random) -> None:
    mask = Image.new("L", SIZE, 0)
    draw = ImageDraw.Draw(mask)
    for _ in range(14):
        x, y = left + rng.randrange(-70, 130), 470 + rng.randrange(-40, 190)
        size = rng.randrange(40, 120)
        draw.ellipse([x - size, y - size // 2, x + size, y + size // 2], fill=130)
    wall.paste((104, 84, 58), mask=mask.filter(ImageFilter.GaussianBlur(24)))


def _pipe(draw: ImageDraw.ImageDraw, left: int, drops: int) -> None:
    for shift in range(56):
        shade = 250 - abs(shift - 20) * 4
        draw.line([(left + shift, 0), (left + shift, 470)], fill=(shade, shade, shade - 6))
    draw.rectangle([left - 10, 360, left + 66, 420], fill=(120, 122, 126), outline=(80, 82, 86))
    for drop in range(drops):
        y = 488 + drop * 46
        draw.ellipse([left + 22, y, left + 34, y + 20], fill=(150, 180, 200))


def _signed(number: int) -> bytes:
    """Draw a hand's quick line on white."""
    rng = Random(f"hand {number}")  # noqa: S311 - a picture, not a secret
    paper = Image.new("RGB", PAPER, "white")
    draw = ImageDraw.Draw(paper)
    x, y = 60, 120
    for _stroke in range(rng.randrange(9, 13)):
        across, down = rng.randrange(20, 70), rng.randrange(-60, 60)
        turn = rng.randrange(180)
        draw.arc([x, y - 45, x + across, y + 45], turn, turn + 220, fill=(24, 32, 60), width=5)
        draw.line([x, y, x + across, 110 + down // 2], fill=(24, 32, 60), width=5)
        x, y = x + across - 14, 110 + down // 2
    content = BytesIO()
    paper.save(content, "PNG")
    return content.getvalue()
