import pytest

from sandbox.contract import door
from seed_data.loading import ControlDoor

SECRET = b"0123456789abcdef0123456789abcdef"
REQUEST = (SECRET, "PUT", "/_sandbox/site", "1790000000", "00ff", b'{"site":"shop"}')


def test_the_same_request_has_the_same_signature() -> None:
    assert door.signature(*REQUEST) == door.signature(*REQUEST)
    assert door.signature(SECRET, "put", *REQUEST[2:]) == door.signature(*REQUEST)


@pytest.mark.parametrize(
    ("place", "other"),
    [
        (0, b"another secret of thirty-two byte"),
        (1, "POST"),
        (2, "/_sandbox/site?x=1"),
        (3, "1790000001"),
        (4, "00fe"),
        (5, b'{"site":"shop2"}'),
    ],
)
def test_every_part_of_a_request_is_signed(place: int, other: str | bytes) -> None:
    changed = [*REQUEST]
    changed[place] = other
    assert not door.same(door.signature(*changed), door.signature(*REQUEST))  # type: ignore[arg-type]  # one part is replaced by one of its own type


def test_a_part_cannot_move_into_its_neighbour() -> None:
    one = door.signature(SECRET, "GET", "/a", "12", "3", b"")
    other = door.signature(SECRET, "GET", "/a", "1", "23", b"")
    assert not door.same(one, other)


def test_a_signature_of_other_characters_is_refused_and_does_not_raise() -> None:
    assert not door.same("서명", door.signature(*REQUEST))


def test_the_seeds_loader_signs_as_the_contract_says() -> None:
    loader = ControlDoor("http://127.0.0.1:9", SECRET)
    headers = loader._headers("POST", "/_sandbox/issues?x=1", b"{}")
    loader.close()
    time, nonce = headers[door.HEADER_TIME], headers[door.HEADER_NONCE]
    wanted = door.signature(SECRET, "POST", "/_sandbox/issues?x=1", time, nonce, b"{}")
    assert headers[door.HEADER_SIGNATURE] == wanted
