"""Front-end files: only those named, only as they were when named."""

import hashlib
import re
from pathlib import Path

import pytest

from huiyin.config import vendor


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    """Give a folder of packages with one file and one icon."""
    icons = tmp_path / "modules" / "@tabler" / "icons" / "icons" / "outline"
    icons.mkdir(parents=True)
    (icons / "home.svg").write_text(
        '<svg\n class="x"\n>\n  <path stroke="none" d="M0 0h24v24H0z" fill="none" />\n'
        '  <path d="M1 1" />\n</svg>\n'
    )
    (tmp_path / "modules" / "a.css").write_bytes(b"a{}\n/*# sourceMappingURL=a.css.map */")
    return tmp_path / "modules"


def manifest(folder: Path, origin: str, sha256: str) -> Path:
    path = folder / "vendor.toml"
    path.write_text(f'[[file]]\nfrom = "{origin}"\nto = "b.css"\nsha256 = "{sha256}"\n')
    return path


def test_a_named_file_is_copied_without_its_source_map(modules: Path, tmp_path: Path) -> None:
    right = hashlib.sha256((modules / "a.css").read_bytes()).hexdigest()
    vendor.copy_files(modules, tmp_path, manifest(tmp_path, "a.css", right))
    assert (tmp_path / "b.css").read_bytes() == b"a{}\n"


@pytest.mark.parametrize(("origin", "told"), [("a.css", "has sha256"), ("c.css", "not in the")])
def test_a_file_that_changed_or_is_missing_is_refused(
    modules: Path, tmp_path: Path, origin: str, told: str
) -> None:
    with pytest.raises(vendor.UnableToFetch, match=told):
        vendor.copy_files(modules, tmp_path, manifest(tmp_path, origin, "0" * 64))
    assert not (tmp_path / "b.css").exists()


def test_icons_become_one_sprite(modules: Path) -> None:
    sprite = vendor.sprite(modules, ["home"])
    assert '<symbol id="icon-home"' in sprite
    assert '<path d="M1 1" />' in sprite
    assert "M0 0h24v24H0z" not in sprite
    with pytest.raises(vendor.UnableToFetch, match="nothing"):
        vendor.sprite(modules, ["nothing"])


def test_every_icon_the_pages_use_is_in_the_list() -> None:
    used = {
        name
        for page in vendor.SOURCE.rglob("*.html")
        for name in re.findall(r"""\{% icon ["']([a-z0-9-]+)["']""", page.read_text("utf-8"))
    }
    assert used <= set(vendor.icon_names())
