"""``huiyin rules``: the catalogue of rules, and the tests that keep each.

A test carries a rule with ``@pytest.mark.rule("CMP-01")``. A rule is kept when at least one test
carries it and, where the last full run of the tests left its results, one of them passed and none
failed.
"""

import ast
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from pathlib import Path

ROOT = Path(__file__).parents[3]
RESULTS = Path(".huiyin-test") / "rules.json"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its ID and title, what it asks, the tests that carry it, whether it is kept."""

    id: str
    title: str
    text: str
    tests: tuple[str, ...]
    kept: bool


def run(as_json: bool) -> int:
    """Print the catalogue; return 1 when a test names a rule that is not in it."""
    if not any(test_files(ROOT)):
        print(
            "huiyin: installed without its tests, so no rule can be shown as kept", file=sys.stderr
        )
    found = carried(ROOT)
    rules = catalogue(found, results(ROOT))
    if as_json:
        json.dump([asdict(rule) for rule in rules], sys.stdout, ensure_ascii=False, indent=2)
        print()
    else:
        for rule in rules:
            print(
                f"{rule.id}  {'kept' if rule.kept else '  - '}  {len(rule.tests):3}  {rule.title}"
            )
        print(f"{sum(rule.kept for rule in rules)} of {len(rules)} rules kept by tests")
    unknown = sorted(found.keys() - titles().keys())
    for rule_id in unknown:
        print(f"huiyin: {found[rule_id][0]}: there is no rule {rule_id}", file=sys.stderr)
    return 1 if unknown else 0


def catalogue(
    tests: Mapping[str, tuple[str, ...]], outcomes: Mapping[str, str]
) -> tuple[Rule, ...]:
    """Put rules, tests and outcomes together."""
    return tuple(
        Rule(
            id=rule_id,
            title=words["title"],
            text=words["text"],
            tests=tests.get(rule_id, ()),
            kept=_kept([outcomes.get(test, "passed") for test in tests.get(rule_id, ())]),
        )
        for rule_id, words in titles().items()
    )


def _kept(outcomes: list[str]) -> bool:
    return "passed" in outcomes and "failed" not in outcomes


@cache
def titles() -> dict[str, dict[str, str]]:
    """Return title and sentence of every rule by its ID."""
    text = (resources.files("huiyin.reports") / "catalogue.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def results(root: Path) -> dict[str, str]:
    """Return how each test ended in the last full run, or nothing when there was none."""
    try:
        found = json.loads((root / RESULTS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


# -- finding the tests


def test_files(root: Path) -> Iterator[Path]:
    """Walk the files of tests, in order."""
    yield from sorted((root / "tests").rglob("test_*.py"))
    yield from sorted((root / "src" / "huiyin").rglob("tests/**/test_*.py"))


def carried(root: Path) -> dict[str, tuple[str, ...]]:
    """Return the tests that carry each rule, as pytest names them, without running any."""
    found: dict[str, dict[str, None]] = {}
    for file in test_files(root):
        name = file.relative_to(root).as_posix()
        module = ast.parse(file.read_text(encoding="utf-8"), filename=name)
        for test, rules in _tests(module.body, _assigned(module.body)):
            for rule in rules:
                found.setdefault(rule, {})[f"{name}::{test}"] = None
    return {rule: tuple(tests) for rule, tests in found.items()}


def _tests(
    body: Iterable[ast.stmt], outer: tuple[str, ...], prefix: str = ""
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Walk tests with the rules marked on them, on their class and on their module."""
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            marked = (*outer, *_marked(node.decorator_list), *_assigned(node.body))
            yield from _tests(node.body, marked, f"{prefix}{node.name}::")
        elif isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            yield f"{prefix}{node.name}", (*outer, *_marked(node.decorator_list))


def _assigned(body: Iterable[ast.stmt]) -> tuple[str, ...]:
    """Return the rules in ``pytestmark = …``."""
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            return _marked([node.value])
    return ()


def _marked(nodes: Iterable[ast.expr]) -> tuple[str, ...]:
    """Return the arguments of every ``….mark.rule(…)`` within, also inside ``parametrize``."""
    return tuple(
        argument.value
        for node in nodes
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "rule"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    )
