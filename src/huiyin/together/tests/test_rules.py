"""Questions are read as people write them, and counted to the last sheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huiyin.together.rules import (
    SCORES,
    BadQuestions,
    Question,
    count,
    missing,
    read_questions,
    write_questions,
)

WORDS = st.text("保洁门卫南北東西abc 1", min_size=1, max_size=20).map(str.strip).filter(bool)
QUESTIONS = st.lists(
    st.one_of(
        WORDS.map(lambda text: Question(text, "score", SCORES)),
        st.tuples(WORDS, st.lists(WORDS, min_size=2, max_size=10, unique=True)).map(
            lambda it: Question(it[0], "choice", tuple(it[1]))
        ),
    ),
    min_size=1,
    max_size=20,
)


def test_a_line_is_a_question() -> None:
    read = read_questions("保洁做得怎么样\n\n您常用哪个门\uff1a南门\uff0f北门/ 东门\n")
    assert read == (
        Question("保洁做得怎么样", "score", SCORES),
        Question("您常用哪个门", "choice", ("南门", "北门", "东门")),
    )


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "none", 0),
        (" \n ", "none", 0),
        ("好吗\n:是/否", "bad_text", 2),
        ("好" * 81, "bad_text", 1),
        ("去吗:去", "bad_options", 1),
        ("去吗:" + "/".join(map(str, range(11))), "bad_options", 1),
        ("去吗:去/" + "不" * 31, "long_option", 1),
        ("\n".join(["好吗"] * 21), "too_many", 0),
    ],
)
def test_what_cannot_be_asked_says_where(text: str, code: str, line: int) -> None:
    with pytest.raises(BadQuestions) as told:
        read_questions(text)
    assert (told.value.code, told.value.line) == (code, line)


@given(QUESTIONS)
def test_written_and_read_again_is_the_same(questions: list[Question]) -> None:
    assert read_questions(write_questions(questions)) == tuple(questions)


@given(QUESTIONS, st.data())
def test_every_answer_is_counted_once(questions: list[Question], data: st.DataObject) -> None:
    sheets = data.draw(
        st.lists(st.tuples(*(st.sampled_from(one.options) for one in questions)), max_size=8)
    )
    for one, counted in zip(questions, count(questions, sheets), strict=True):
        assert counted.answered == len(sheets) == sum(number for _option, number in counted.counts)
        assert (counted.satisfied is None) == (one.kind == "choice" or not sheets)
        assert counted.satisfied is None or 0 <= counted.satisfied <= 1
    for sheet in sheets:
        assert missing(questions, dict(enumerate(sheet))) == ()
    assert missing(questions, {}) == tuple(range(len(questions)))
