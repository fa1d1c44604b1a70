"""The forms of the pages, checked. What is missing becomes a sentence, not a trace."""

from typing import Annotated

from fastapi import Form
from pydantic import BaseModel, Field

#: A reviewer's words go to the agent: a paragraph or two, not a book.
LONGEST_WORDS = 2000


class Decision(BaseModel):
    """Every decision names the digest of what was shown."""

    #: Required, also where it is empty: a set of which nothing can be approved.
    digest: str = Field(max_length=64)


class WordedDecision(Decision):
    """A decision with the reviewer's words."""

    words: str = Field(default="", max_length=LONGEST_WORDS)


class ChangeDecision(WordedDecision):
    """A decision about one change."""

    verdict: str = Field(max_length=20)


class SignIn(BaseModel):
    """The button of a one-time link."""

    link: str = Field(max_length=200)


DecisionForm = Annotated[Decision, Form()]
WordedForm = Annotated[WordedDecision, Form()]
ChangeForm = Annotated[ChangeDecision, Form()]
SignInForm = Annotated[SignIn, Form()]
