"""What is wrong with a query, in Jira's words."""

from sandbox.domain.errors import InvalidError

_PREFIX = "Error in the JQL Query: "


class JqlError(InvalidError):
    """A query that Jira refuses.

    ``str()`` is the whole text as Jira's ``errorMessages`` shows it: syntax errors with
    the prefix and the place, errors of meaning without either.
    """

    def __init__(
        self,
        message: str,
        line: int | None = None,
        column: int | None = None,
        *,
        at_end: bool = False,
    ) -> None:
        """Say what is wrong and, for a syntax error, where (both counted from 1).

        ``at_end``: the query ended too early; Jira names no place then.
        """
        self.message = message
        self.line = line
        self.column = column
        place = "" if at_end else f" (line {line}, character {column})"
        super().__init__((message if line is None else f"{_PREFIX}{message}{place}",))
