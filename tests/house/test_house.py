"""What holds for the whole house: which way keys point, no signals, every template whole."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models.signals import ModelSignal
from django.dispatch import Signal
from django.template import engines
from django.template.backends.django import DjangoTemplates

SOURCE = Path(__file__).parents[2] / "src" / "huiyin"
# Bottom to top, as docs/architecture draws them; rooms on one floor never point at each other.
FLOORS = (
    ("accounts",),
    ("trail",),
    ("files",),
    ("estate",),
    ("staff",),
    ("standards",),
    ("knowledge",),
    ("documents",),
    ("notices",),
    ("checklists",),
    ("approvals",),
    ("ledger",),
    ("meters",),
    ("billing",),
    ("matters",),
    (
        "desk",
        "incidents",
        "conduct",
        "fieldwork",
        "intake",
        "triage",
        "visitors",
        "announcements",
        "owners",
        "together",
    ),
)
FLOOR = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def rooms_with_tables() -> list[str]:
    """Return the labels of our rooms that hold tables."""
    return [
        config.label
        for config in apps.get_app_configs()
        if config.name.startswith("huiyin.") and list(config.get_models())
    ]


def test_every_room_with_tables_has_a_floor() -> None:
    assert sorted(rooms_with_tables()) == sorted(FLOOR)


@pytest.mark.parametrize("room", sorted(FLOOR))
def test_foreign_keys_point_down(room: str) -> None:
    for model in apps.get_app_config(room).get_models():
        for one in model._meta.get_fields():
            if one.auto_created or not one.is_relation or one.related_model is None:
                continue
            target = one.related_model
            assert not isinstance(target, str)
            label = target._meta.app_label
            assert label == room or FLOOR[label] < FLOOR[room], f"{model.__name__}.{one.name}"


def python_files() -> Iterator[Path]:
    """Walk our source without tests and migrations."""
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path


def test_nobody_listens_to_signals() -> None:
    """A workflow in a signal is a workflow nobody finds (style, rule 9)."""
    ours = [
        f"{path.relative_to(SOURCE)}:{node.lineno}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("django.db.models.signals", "django.dispatch"))
    ]
    assert ours == []


def test_no_receiver_of_ours_is_connected() -> None:
    from django.core import signals as core
    from django.db.models import signals

    ours = []
    for signal in [*vars(signals).values(), *vars(core).values()]:
        if not isinstance(signal, Signal | ModelSignal):
            continue
        for _key, receiver, *_rest in signal.receivers:
            listener = receiver() if hasattr(receiver, "__callback__") else receiver
            if str(getattr(listener, "__module__", "")).startswith("huiyin."):
                ours.append(listener)
    assert ours == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asked = []
    for path in python_files():
        if path == SOURCE / "kernel" / "clock.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{node.value.id}.{node.attr}"
                if name in {"timezone.now", "datetime.now", "datetime.utcnow", "date.today"}:
                    asked.append(f"{path.relative_to(SOURCE)}:{node.lineno} {name}")
    assert asked == []


def templates() -> list[Path]:
    """Return every template of ours."""
    return sorted(
        path for path in SOURCE.rglob("*") if path.is_file() and "templates" in path.parts
    )


@pytest.mark.parametrize("path", templates(), ids=lambda path: path.name)
def test_every_template_compiles_without_inline_script(path: Path) -> None:
    engine = engines["django"]
    assert isinstance(engine, DjangoTemplates)
    text = path.read_text(encoding="utf-8")
    engine.from_string(text)
    lowered = text.lower()
    for forbidden in ("<script>", " onclick=", " onload=", " style=", "javascript:", "|safe"):
        assert forbidden not in lowered, forbidden
