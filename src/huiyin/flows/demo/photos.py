"""A few photos for the demo, drawn: a wall, a pipe, a stain, so that nobody's home is shown."""

from datetime import datetime
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from huiyin.files import actions as files
from huiyin.kernel.caller import Caller

SIZE = (960, 720)
WALLS = ((214, 206, 190), (188, 198, 204), (222, 214, 196), (176, 186, 176), (200, 190, 186))


def store(*, by: Caller, at: datetime) -> tuple[int, ...]:
    """Draw and store the photos; return their file ids."""
    return tuple(
        files.store_photo(by=by, at=at, name=f"photo-{number}.jpg", data=_drawn(number))
        for number in range(len(WALLS))
    )


def _drawn(number: int) -> bytes:
    """Draw a tiled wall in falling light, a leaking pipe and the stain under it."""
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
    _stain(wall, left, rng)
    _pipe(ImageDraw.Draw(wall), left)
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


def _pipe(draw: ImageDraw.ImageDraw, left: int) -> None:
    for shift in range(56):
        shade = 250 - abs(shift - 20) * 4
        draw.line([(left + shift, 0), (left + shift, 470)], fill=(shade, shade, shade - 6))
    draw.rectangle([left - 10, 360, left + 66, 420], fill=(120, 122, 126), outline=(80, 82, 86))
    for drop in range(4):
        y = 488 + drop * 46
        draw.ellipse([left + 22, y, left + 34, y + 20], fill=(150, 180, 200))
