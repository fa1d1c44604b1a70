import pytest

from sandbox.contract.scope import NOT_VISIBLE, Refusal
from sandbox.domain import errors


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (errors.InvalidError(("x",)), 400, "x"),
        (errors.UnauthorizedError(), 401, errors.NOT_AUTHENTICATED),
        (errors.ForbiddenError("no"), 403, "no"),
        (errors.NotVisibleError(), 404, NOT_VISIBLE.sentence),
        (errors.MissingError("gone"), 404, "gone"),
        (errors.GoneError(), 410, errors.SEARCH_REMOVED),
        (errors.TooLargeError("big"), 413, "big"),
        (errors.UnsupportedMediaError(), 415, "Unsupported Media Type"),
    ],
)
def test_every_refusal_has_its_status_and_sentence(
    error: errors.JiraError, status: int, message: str
) -> None:
    assert (error.status, error.messages, error.errors) == (status, (message,), {})


def test_a_refusal_of_the_scope_says_what_to_do_next() -> None:
    refusal = Refusal("kind", "You may not.", "Ask.")
    error = errors.RefusedError(refusal)
    assert (error.refusal, error.messages) == (refusal, ("You may not. Ask.",))


def test_an_error_reads_as_one_line() -> None:
    error = errors.InvalidError(("first",), {"summary": "second"})
    assert str(error) == "first; summary: second"
