"""Looks up what a set's changes stand in besides the issues they touch: our own readings."""

from sqlalchemy import Connection

from gateway.promotion.values import SiteIdentity
from gateway.review.around import Around
from gateway.review.sources import cited, keys_of
from gateway.store import baselines
from gateway.store.reviews import Review

#: So many issues that an agent names as sources are looked up.
_SOURCES = 50


def around_of(conn: Connection, identity: SiteIdentity, review: Review) -> Around:
    """Return what is known around a review's set."""
    change_set = review.change_set
    named = sorted(keys_of(change_set))[:_SOURCES]
    read = {key: baselines.by_key(conn, review.site, key) for key in named}
    docs = {key: one.doc for key, one in read.items() if one is not None}
    return Around(cited=cited(change_set, review.reads, docs, identity.base_url))
