"""A signature is good for one text, one key, and nothing else."""

from typing import Any

import pytest

from gateway.promotion.signing import approval_text, head_text, is_good, key_name, signer_of
from tests.gateway.promotion.world import CLOUD, SERVER

OURS = signer_of(b"only the gateway knows")
APPROVAL: dict[str, Any] = {
    "identity": CLOUD,
    "review": 7,
    "digest": "d" * 64,
    "person": "eve",
    "at": 1_000,
    "confirmed": "delete",
}
OTHERWISE = {
    "identity": SERVER,
    "review": 8,
    "digest": "e" * 64,
    "person": "max",
    "at": 1_001,
    "confirmed": "",
}


def test_one_secret_makes_one_key() -> None:
    assert signer_of(b"only the gateway knows").public == OURS.public
    assert signer_of(b"another").public != OURS.public
    assert len(bytes.fromhex(OURS.public)) == 32
    assert "private" not in OURS.sign(b"x")


@pytest.mark.parametrize("name", OTHERWISE)
def test_every_part_of_an_approval_is_signed(name: str) -> None:
    signature = OURS.sign(approval_text(**APPROVAL))
    assert is_good(signature, approval_text(**APPROVAL), OURS.public)
    other = approval_text(**{**APPROVAL, name: OTHERWISE[name]})
    assert not is_good(signature, other, OURS.public)


def test_no_forgery_passes() -> None:
    text = head_text(3, "a" * 64)
    good = OURS.sign(text)
    name, _, encoded = good.partition(".")
    thief = signer_of(b"thief")
    for forged in (
        "",
        ".",
        "x",
        name,
        encoded,
        f"{name}.",
        f"{name}.%%%",
        f"{name}.{encoded[:-2]}",
        f"{key_name(thief.public)}.{encoded}",
        thief.sign(text),
        f"{name}.{thief.sign(text).partition('.')[2]}",
        OURS.sign(head_text(4, "a" * 64)),
    ):
        assert not is_good(forged, text, OURS.public), forged
    assert is_good(good, text, OURS.public)
    assert not is_good(good, text, thief.public)
    assert not is_good(good, text, "no key")
