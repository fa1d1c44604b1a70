"""A place in a query, with one token of foresight and Jira's words for surprises."""

from sandbox.domain.jql.errors import JqlError
from sandbox.domain.jql.tokens import Kind, Token, error_at, tokens

_OPERATORS = (
    "The valid operators are '=', '!=', '<', '>', '<=', '>=', '~', '!~', 'IN', 'NOT IN', 'IS'"
    " and 'IS NOT'."
)


class Cursor:
    """Walks over the tokens of one query."""

    def __init__(self, text: str) -> None:
        """Stand before the first token."""
        self._text = text
        self._tokens = tokens(text)
        self.next: Token = next(self._tokens)

    @property
    def at_end(self) -> bool:
        """Whether nothing follows."""
        return self.next.kind is Kind.END

    def sees(self, *keywords: str) -> bool:
        """Return whether the next token is one of some keywords or symbols."""
        return self.next.keyword in keywords

    def take(self) -> Token:
        """Return the next token and step over it."""
        taken, self.next = self.next, next(self._tokens)
        return taken

    def takes(self, *keywords: str) -> bool:
        """Step over the next token if it is one of some keywords or symbols."""
        if not self.sees(*keywords):
            return False
        self.take()
        return True

    def needs(self, keyword: str, shown: str) -> None:
        """Step over a keyword or symbol that must follow."""
        if self.takes(keyword):
            return
        if self.at_end:
            raise self.too_short(f"Expecting {shown} before the end of the query.")
        raise self.wrong(f"Expecting {shown} but got {{}}.")

    def closes(self) -> None:
        """Step over the parenthesis that must close a group."""
        self.needs(")", "')'")

    def closes_or_goes_on(self) -> bool:
        """Step over ``,`` (true) or ``)`` (false), one of which must follow."""
        if self.takes(","):
            return True
        if not self.sees(")") and not self.at_end:
            raise self.wrong("Expecting ')' or ',' but got {}.")
        self.closes()
        return False

    def wrong(self, message: str) -> JqlError:
        """Return the error about the next token; ``{}`` in the message names it."""
        return self.error(message.format(self._quoted_next()))

    def error(self, message: str) -> JqlError:
        """Return an error at the next token."""
        return error_at(self._text, self.next.start, message)

    def too_short(self, message: str) -> JqlError:
        """Return the error of a query that ends too early."""
        return error_at(self._text, self.next.start, message, at_end=True)

    def reserved(self) -> JqlError:
        """Return the error about the next token, which is a reserved word."""
        return self.wrong(
            "{} is a reserved JQL word. You must surround it in quotation marks to use it in a"
            " query."
        )

    def no_operator(self) -> JqlError:
        """Return the error about a missing operator."""
        if self.at_end:
            return self.too_short(f"Expecting operator before the end of the query. {_OPERATORS}")
        return self.error(f"Expecting operator but got {self._quoted_next()}. {_OPERATORS}")

    def no_field(self) -> JqlError:
        """Return the error about a missing field name."""
        if self.at_end:
            return self.too_short("Expecting a field name at the end of the query.")
        if self.sees("["):
            return self.wrong("Expecting a field name but got {}. Did you mean 'cf['?")
        name = self._quoted_next()
        return self.error(
            f"Expecting a field name but got {name}. You must surround {name} in quotation marks"
            " to use it as a field name."
        )

    def no_operand(self) -> JqlError:
        """Return the error about a missing value."""
        expected = "Expecting either a value, list or function"
        if self.at_end:
            return self.too_short(f"{expected} before the end of the query.")
        name = self._quoted_next()
        return self.error(
            f"{expected} but got {name}. You must surround {name} in quotation marks to use it as"
            " a value."
        )

    def _quoted_next(self) -> str:
        return f"'{self.next.shown}'"
