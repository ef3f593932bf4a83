"""Deals stories to courses, and dice that no other course rolls."""

from random import Random

from huiyin.flows.demo.stage import Home, Stage
from huiyin.flows.demo.stories import Story, stories


class Deck:
    """Deals the stories of a kind so that each is told before one is told again."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._left: dict[str, list[Story]] = {}

    def deal(self, kind: str, stage: Stage, building: str = "") -> tuple[Story, Home]:
        """Return the next story of a kind and who tells it."""
        if not self._left.get(kind):
            self._left[kind] = list(stories()[kind])
            self._rng.shuffle(self._left[kind])
        story = self._left[kind].pop()
        homes = [
            home
            for home in stage.homes
            if building in ("", home.building)
            and not (story.needs_neighbours and (home.is_top or home.floor == 1))
        ]
        home = self._rng.choice(homes)
        return story.at(home, self._rng), home


def fork(rng: Random) -> Random:
    """Give a course dice of its own, so that it goes the same way whoever acts between."""
    return Random(rng.random())  # noqa: S311 - a play, not a secret
