"""Photos are kept once, upright, without where they were taken; nothing else is kept at all."""

import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from huiyin.files import actions, queries, rules
from huiyin.files.models import StoredFile
from huiyin.files.places import path_of
from huiyin.kernel.caller import SYSTEM
from huiyin.kernel.errors import NotFound
from huiyin.trail.models import Entry

AT = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai

ORIENTATION, GPS = 0x0112, 0x8825


@pytest.fixture
def home(tmp_path: Path, settings: Any, db: None) -> Path:
    settings.HOME = tmp_path
    return tmp_path


def photo(kind: str = "JPEG", mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> bytes:
    """Draw a photo with a position in its EXIF data, lying on its side."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS)[1] = "N"
    out = io.BytesIO()
    Image.new(mode, size, 1 if mode == "P" else None).save(out, kind, exif=exif)
    return out.getvalue()


def store(data: bytes) -> int:
    return actions.store_photo(by=SYSTEM, at=AT, name="门口.jpg", data=data)


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("WEBP", "RGB", "image/webp"),
    ],
)
def test_a_photo_is_drawn_anew(home: Path, kind: str, mode: str, media_type: str) -> None:
    data, told = queries.read(store(photo(kind, mode)))
    assert told == media_type
    with Image.open(io.BytesIO(data)) as kept:
        assert kept.size == (20, 40)
        assert not kept.getexif()
    assert b"Exif" not in data


def test_the_same_photo_is_kept_once(home: Path) -> None:
    first, second = store(photo()), store(photo())
    assert first == second
    file = StoredFile.objects.get()
    path = path_of(file.sha256)
    assert path == home / "files" / file.sha256[:2] / file.sha256
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    assert path.stat().st_size == file.size
    assert [one.name for one in path.parent.iterdir()] == [file.sha256]
    assert Entry.objects.get().action == "files.stored"


def test_bytes_lost_are_written_again(home: Path) -> None:
    file = store(photo())
    path_of(StoredFile.objects.get().sha256).unlink()
    with pytest.raises(NotFound):
        queries.read(file)
    assert store(photo()) == file
    assert queries.read(file)


def test_a_transparent_picture_stays_transparent(home: Path) -> None:
    out = io.BytesIO()
    Image.new("P", (4, 4)).save(out, "PNG", transparency=0)
    data, _media_type = queries.read(store(out.getvalue()))
    with Image.open(io.BytesIO(data)) as kept:
        assert kept.mode == "RGBA"


def gif() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "GIF")
    return out.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        gif(),
        photo()[:200],
        b"\xff\xd8\xff\xe0" + b"\0" * 100,
        b"%PDF-1.7",
    ],
)
def test_what_is_no_photo_is_refused(home: Path, data: bytes) -> None:
    with pytest.raises(actions.UnableToStorePhoto) as refusal:
        store(data)
    assert refusal.value.field == "photos"
    assert not StoredFile.objects.exists()
    assert not (home / "files").exists()


def test_what_is_too_big_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_BYTES", 10)
    with pytest.raises(actions.UnableToStorePhoto, match="10 MB"):
        store(photo())
    monkeypatch.undo()
    monkeypatch.setattr(rules, "MOST_PIXELS", 799)
    with pytest.raises(actions.UnableToStorePhoto, match="像素"):
        store(photo())


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(rules.BadPhoto, match="too_large"):
        rules.cleaned(out.getvalue())


def test_half_a_write_leaves_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("huiyin.files.actions.os.fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        store(photo())
    assert not [one for one in home.rglob("*") if one.is_file()]
    assert not StoredFile.objects.exists()


def test_an_unknown_file(db: None) -> None:
    with pytest.raises(NotFound):
        queries.read(10**9)
