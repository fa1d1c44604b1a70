"""Databases for the tests of the Jira door."""

from tests.databases import database_url, postgres

__all__ = ["database_url", "postgres"]
