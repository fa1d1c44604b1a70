"""Local accounts: a name and a password, kept as an Argon2 hash.

Off unless ``AIRLOCK_LOCAL_ACCOUNTS`` says so. Wrong guesses are counted in the database, by
account and by address, *before* a password is looked at, so that guesses sent at the same
time count too. A name that nobody has takes the same time and gets the same answer.
"""

import hashlib
import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from gateway.identity.people import House, UnknownPersonError
from gateway.identity.sessions import begin, hashed
from gateway.store import audit, passwords, people
from gateway.store.passwords import Counter

SHORTEST, LONGEST = 12, 200
#: A link to set a password lives longer than one that signs in: it is sent to somebody.
LINK_LIFETIME_S = 24 * 3600
PATH = "/sign-in/password"
#: Wrong guesses that cost nothing; every further one doubles the wait, up to an hour.
_FREE = {Counter.ACCOUNT: 5, Counter.ADDRESS: 50}
_FIRST_WAIT_S, _LONGEST_WAIT_S = 30, 3600
#: Counted guesses are forgotten after a day without another.
_FORGOTTEN_US = 24 * 3600 * 1_000_000
_SECOND = 1_000_000
#: OWASP's choice for Argon2id: 19 MiB, two passes, so that a small machine stands a crowd.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class PasswordError(Exception):
    """Somebody cannot be let in, or a password cannot be; has a sentence for them."""


def new_link(gateway: House, person: str) -> str:
    """Return a link with which somebody sets their password, once.

    Raises UnknownPersonError, PasswordError when local accounts are off.
    """
    _on(gateway)
    now = gateway.clock()
    secret = secrets.token_urlsafe(32)
    with gateway.database.write() as conn:
        whose = people.get(conn, person)
        if whose is None or whose.disabled:
            raise UnknownPersonError(person)
        passwords.add_link(conn, hashed(secret), person, expires_at=now + LINK_LIFETIME_S * _SECOND)
    return f"{gateway.settings.public_url}{PATH}?link={secret}"


def set_by_link(gateway: House, secret: str, password: str, again: str) -> str:
    """Set the password of whose link it is and begin a session; returns its cookie.

    Sessions begun before end. Raises PasswordError; the link stays good when the
    password cannot be.
    """
    _on(gateway)
    with gateway.database.read() as conn:
        # Hashing takes a while: only for who has a link.
        good = passwords.is_good(conn, hashed(secret), now=gateway.clock())
    stored = _hash(password, again) if good else ""
    with gateway.database.write() as conn:
        person = passwords.use_link(conn, hashed(secret), now=gateway.clock()) if good else None
        known = None if person is None else people.get(conn, person)
        if known is None or known.disabled:
            raise PasswordError("This link was used before, or is older than a day.")
        _store(gateway, conn, known.person, stored, but="")
    return begin(gateway, known.person)


def change(
    gateway: House, person: str, cookie: str, old: str, new: tuple[str, str], address: str
) -> None:
    """Change one's own password; all other sessions end. Raises PasswordError."""
    _on(gateway)
    stored = _hash(*new)
    if not _is_right(gateway, person, old, address):
        raise PasswordError("The password that you have now is another one.")
    with gateway.database.write() as conn:
        _store(gateway, conn, person, stored, but=hashed(cookie))


def sign_in(gateway: House, name: str, password: str, address: str) -> str:
    """Begin a session for a name and a password; returns its cookie. Raises PasswordError.

    ``address`` is where the guess comes from.
    """
    _on(gateway)
    person = name.strip()
    if not _is_right(gateway, person, password, address):
        raise PasswordError("The name or the password is wrong.")
    return begin(gateway, person)


def has_one(gateway: House, person: str) -> bool:
    """Return whether somebody has a password here."""
    if not gateway.settings.people.local_accounts:
        return False
    with gateway.database.read() as conn:
        return passwords.get(conn, person) is not None


def _is_right(gateway: House, person: str, password: str, address: str) -> bool:
    now = gateway.clock()
    account = _counter(person.casefold())
    with gateway.database.write() as conn:
        for kind, who in ((Counter.ACCOUNT, account), (Counter.ADDRESS, _counter(address))):
            until = passwords.blocked(conn, kind, who)
            if until > now:
                raise PasswordError(_wait(until - now))
            tried = passwords.count(conn, kind, who, now=now, forgotten=now - _FORGOTTEN_US)
            passwords.block(conn, kind, who, until=now + _pause(kind, tried) * _SECOND)
        known = people.get(conn, person)
        found = None if known is None or known.disabled else passwords.get(conn, person)
    good = _matches(found or _nobody(), password) and found is not None
    if good:
        with gateway.database.write() as conn:
            passwords.forget(conn, Counter.ACCOUNT, account)
            if found is not None and _HASHER.check_needs_rehash(found):
                passwords.put(conn, person, _HASHER.hash(_plain(password)), now=now)
    return good


def _on(gateway: House) -> None:
    if not gateway.settings.people.local_accounts:
        raise PasswordError("Nobody signs in by a password here: AIRLOCK_LOCAL_ACCOUNTS is off.")


def _store(gateway: House, conn: Connection, person: str, stored: str, *, but: str) -> None:
    """Store a new password; all sessions but one end, and guesses are forgotten."""
    now = gateway.clock()
    passwords.put(conn, person, stored, now=now)
    passwords.drop_links(conn, person)
    passwords.forget(conn, Counter.ACCOUNT, _counter(person.casefold()))
    people.end_sessions(conn, person, but=but, now=now)
    audit.append(conn, at=now, actor=person, kind="password_set", body={})


def _pause(kind: Counter, tried: int) -> int:
    """Return how many seconds nobody may guess after this many guesses."""
    beyond = tried - _FREE[kind]
    if beyond < 0:
        return 0
    return min(_FIRST_WAIT_S << min(beyond, 20), _LONGEST_WAIT_S)


def _wait(microseconds: int) -> str:
    minutes = -(-microseconds // (60 * _SECOND))
    return f"There were too many wrong guesses. Try again in {minutes} min."


def _matches(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, _plain(password))
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """Return the hash that is looked at for a name that nobody has: it matches nothing."""
    return _HASHER.hash(secrets.token_urlsafe(32))


def _hash(password: str, again: str) -> str:
    plain = _plain(password)
    if plain != _plain(again):
        raise PasswordError("The two passwords differ.")
    if len(plain) < SHORTEST:
        raise PasswordError(f"A password needs at least {SHORTEST} characters.")
    if len(plain) > LONGEST:
        raise PasswordError(f"A password has at most {LONGEST} characters.")
    if len(set(plain)) < 4:
        raise PasswordError("A password needs more than a few different characters.")
    return _HASHER.hash(plain)


def _plain(password: str) -> str:
    """Return a password as every keyboard says it: Hangul can be typed whole or in parts."""
    return unicodedata.normalize("NFKC", password)


def _counter(what: str) -> str:
    """Return what guesses are counted under; names that people try are not kept."""
    return hashlib.sha256(what.encode("utf-8", "surrogatepass")).hexdigest()
