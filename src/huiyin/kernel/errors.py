"""Refusals: what a user can cause, told in one sentence that says what to do next.

An action raises a subclass of one of these, named ``UnableTo…`` and defined beside it. Doors turn
the class into a status: 404, 403, 409, 422. Anything else is a fault of ours and goes to the log.
"""


class Refused(Exception):
    """An expected refusal, carrying a sentence for the person who asked."""

    status = 422

    def __init__(self, sentence: object, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.field = field

    def __str__(self) -> str:
        return str(self.sentence)


class NotFound(Refused):
    """It is not there, or not the caller's to see."""

    status = 404


class Forbidden(Refused):
    """The caller may see it but not do this."""

    status = 403


class WrongState(Refused):
    """The present state does not allow it."""

    status = 409


class BadInput(Refused):
    """Something given cannot be taken as it is."""

    status = 422
