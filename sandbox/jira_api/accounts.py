"""Who may sign in at a sandbox that plays an upstream: the people of its site file."""

import hmac
from dataclasses import dataclass

from sandbox.contract.shapes import Scope


@dataclass(frozen=True, slots=True)
class Account:
    """One person and what proves who they are."""

    #: Jira user id: accountId on Cloud, user key on Server.
    person: str
    name: str
    email: str = ""
    password: str | None = None
    tokens: tuple[str, ...] = ()
    admin: bool = False
    #: What they may see and do; None: everything.
    scope: Scope | None = None

    def knows(self, secret: str) -> bool:
        """Return whether a secret is this person's password or one of their tokens."""
        own = (*self.tokens, *(() if self.password is None else (self.password,)))
        return any(_same(secret, one) for one in own)


@dataclass(frozen=True, slots=True)
class Accounts:
    """Everybody who may sign in."""

    people: tuple[Account, ...] = ()

    def by_password(self, name: str, secret: str) -> Account | None:
        """Return who signs in with a name or e-mail address and a password or token."""
        wanted = name.casefold()
        for one in self.people:
            if wanted in (one.name.casefold(), one.email.casefold()) and one.knows(secret):
                return one
        return None

    def by_token(self, token: str) -> Account | None:
        """Return whose token this is."""
        for one in self.people:
            if any(_same(token, own) for own in one.tokens):
                return one
        return None

    def of(self, person: str) -> Account | None:
        """Return a person's account."""
        return next((one for one in self.people if one.person == person), None)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
