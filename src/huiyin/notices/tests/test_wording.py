"""What a template says once values are in it."""

import pytest

from huiyin.notices import wording


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("已更换软管", "已办结:已更换软管。谢谢您。"),
        ("已更换软管。", "已办结:已更换软管。谢谢您。"),
        ("还漏吗\uff1f", "已办结:还漏吗\uff1f谢谢您。"),
        ("{phone}。", "已办结:{phone}。谢谢您。"),
        ("", "已办结。谢谢您。"),
    ],
)
def test_a_value_that_ends_its_sentence_is_not_stopped_twice(result: str, said: str) -> None:
    words = "已办结[:{result}]。谢谢您。[有事请拨打{phone}。]"
    assert wording.filled(words, {"result": result}) == said
