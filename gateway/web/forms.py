"""The forms of the pages, checked. What is missing becomes a sentence, not a trace."""

from typing import Annotated

from fastapi import Form
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field

from gateway.operations.resolving import Verdict
from gateway.review.reasons import with_reasons
from gateway.review.resting import Pause
from gateway.review.settling import Wish
from gateway.web.page_values import NO_DIGEST
from sandbox.contract.shapes import Scope

#: A reviewer's words go to the agent: a paragraph or two, not a book.
LONGEST_WORDS = 2000
#: As long as Jira lets a text be.
LONGEST_TEXT = 32_767


def _digest(shown: str) -> str:
    return "" if shown == NO_DIGEST else shown


class Decision(BaseModel):
    """Every decision names the digest of what was shown."""

    #: Required; where nothing can be approved the page says so with ``NO_DIGEST``.
    digest: Annotated[str, AfterValidator(_digest)] = Field(max_length=64)


class Approval(Decision):
    """An approval, with what was confirmed separately."""

    confirmed: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=10)] = []


class WordedDecision(Decision):
    """A decision with the reviewer's words."""

    words: str = Field(default="", max_length=LONGEST_WORDS)
    #: What is chosen of ``review.reasons``, and one that is chosen or no longer.
    reason: Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)] = []
    toggle: str = Field(default="", max_length=20)

    @property
    def said(self) -> str:
        """The words with the chosen reasons before them."""
        return with_reasons({*self.reason} ^ {self.toggle}, self.words)


class Words(BaseModel):
    """A remark."""

    words: str = Field(default="", max_length=LONGEST_WORDS)


class ChangeDecision(WordedDecision):
    """A decision about one change."""

    verdict: str = Field(max_length=20)


_Changes = Annotated[
    list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=2000)
]


class SeveralDecision(WordedDecision):
    """A decision about several changes."""

    verdict: str = Field(max_length=20)
    change: _Changes


class SafeDecision(Decision):
    """The changes in which nothing was seen when the page was made."""

    change: _Changes


class ValueDecision(WordedDecision):
    """What a person wants one value to be."""

    choice: str = Field(max_length=20)
    #: Names the value in Jira that the page showed.
    seen: str = Field(default="", max_length=64)
    text: str = Field(default="", max_length=LONGEST_TEXT)
    kept: Annotated[list[int], Field(max_length=1000)] = []

    def wish(self) -> Wish:
        """Return it as the rules take it."""
        return Wish(self.choice, self.seen, self.text, tuple(self.kept), self.words)


class ViewedMark(BaseModel):
    """What was looked at, or is to be looked at again."""

    content: Annotated[
        list[Annotated[str, Field(pattern="^[0-9a-f]{20}$")]], Field(min_length=1, max_length=2000)
    ]
    mark: str = Field(default="yes", max_length=3)
    #: The change that the page is shown at again.
    at: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{0,40}$")] = ""


class FollowedProjects(BaseModel):
    """The projects that somebody wants in front of them."""

    project: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=500)] = []


class SavedView(BaseModel):
    """A view of the inbox and its name."""

    name: str = Field(default="", max_length=60)
    #: The inbox's address without ``/?``.
    query: Annotated[str, Field(pattern=r"^[A-Za-z0-9_%.~=&+*-]*$", max_length=1000)] = ""


class Assignment(BaseModel):
    """To whom a change set is given."""

    #: Empty: to nobody.
    to: str = Field(default="", max_length=200)
    #: Who had it when the page was made.
    seen: str = Field(default="", max_length=200)
    #: The inbox as it was, to go back to; empty: the change set's page.
    back: Annotated[str, Field(pattern=r"^(/(\?[A-Za-z0-9_%.~=&+*-]*)?)?$", max_length=1000)] = ""


class SetAside(BaseModel):
    """For how long somebody sets a change set aside."""

    #: Empty: no longer.
    pause: Annotated[Pause | None, BeforeValidator(lambda given: given or None)] = None


class FollowUpNote(BaseModel):
    """What is still to be done about a change set."""

    #: Empty: nothing.
    note: str = Field(default="", max_length=LONGEST_WORDS)


class MailsDecision(Decision):
    """Whether Jira shall send mails for what is written."""

    mails: str = Field(max_length=3)


class Resolution(WordedDecision):
    """What a person says became of one request."""

    verdict: Verdict
    key: str = Field(default="", max_length=100)


class PromoteDecision(Decision):
    """A promotion, and what happens when one request is not written."""

    carry_on: str = Field(default="no", max_length=3)
    #: Local date and time before which nothing is written; empty: at once.
    after: str = Field(default="", max_length=40)
    zone: str = Field(default="UTC", max_length=60)
    #: The number of issues, where there are many.
    typed: str = Field(default="", max_length=40)


class UndoRequest(BaseModel):
    """An undo that a person asks for."""

    #: Of one request alone; none: of everything that was written.
    position: Annotated[int | None, BeforeValidator(lambda given: given or None)] = None


class Chosen(BaseModel):
    """How somebody likes their pages; what is empty stays as it was."""

    look: str = Field(default="", max_length=10)
    spaces: str = Field(default="", max_length=3)
    keys: str = Field(default="", max_length=3)
    advance: str = Field(default="", max_length=3)
    plain: str = Field(default="", max_length=3)


class OwnMail(BaseModel):
    """Where somebody has mails of their own sent."""

    address: str = Field(default="", max_length=254)


class LookChosen(Chosen):
    """One such choice, made on a change set's page."""

    back: str = Field(pattern=r"^/cs/[0-9]{1,12}$")


class SignIn(BaseModel):
    """The button of a one-time link."""

    link: str = Field(max_length=200)


_Password = Annotated[str, Field(max_length=400)]


class Account(BaseModel):
    """A name and a password."""

    name: str = Field(default="", max_length=200)
    password: _Password = ""


class NewPassword(BaseModel):
    """A new password, typed twice, by a link."""

    link: str = Field(default="", max_length=200)
    password: _Password = ""
    again: _Password = ""


class OwnPassword(NewPassword):
    """A new password in place of the one that is known."""

    old: _Password = ""


class JiraToken(BaseModel):
    """A person's own Jira token."""

    token: str = Field(default="", max_length=4000)
    #: Cloud: the e-mail address that the token is of.
    username: str = Field(default="", max_length=200)


class JiraAccount(BaseModel):
    """A connected account."""

    account: str = Field(default="", max_length=200)


_Word = Annotated[str, Field(max_length=200)]


class TokenRequest(BaseModel):
    """A token that an admin asks for; what cannot be is said beside its field."""

    agent: _Word = ""
    person: _Word = ""
    projects: Annotated[list[_Word], Field(max_length=500)] = []
    types: Annotated[list[_Word], Field(max_length=500)] = []
    everyone: _Word = "no"
    days: _Word = "30"

    def scope(self) -> Scope:
        """Return what the token may touch; no type ticked means every type."""
        return Scope(
            projects=tuple(self.projects),
            mine_only=self.everyone != "yes",
            issue_types=tuple(self.types) or None,
        )


class ConsentAnswer(BaseModel):
    """What a person answers a client that asks for access."""

    #: What was asked, sealed by the page.
    request: str = Field(max_length=12_000)
    decision: str = Field(default="", max_length=10)
    projects: Annotated[list[_Word], Field(max_length=500)] = []
    stage: _Word = "no"


ConsentForm = Annotated[ConsentAnswer, Form()]
ViewForm = Annotated[SavedView, Form()]
FollowForm = Annotated[FollowedProjects, Form()]
AssignmentForm = Annotated[Assignment, Form()]
AsideForm = Annotated[SetAside, Form()]
NoteForm = Annotated[FollowUpNote, Form()]
DecisionForm = Annotated[Decision, Form()]
ValueForm = Annotated[ValueDecision, Form()]
ViewedForm = Annotated[ViewedMark, Form()]
MailsForm = Annotated[MailsDecision, Form()]
ResolveForm = Annotated[Resolution, Form()]
PromoteForm = Annotated[PromoteDecision, Form()]
UndoForm = Annotated[UndoRequest, Form()]
ApprovalForm = Annotated[Approval, Form()]
WordedForm = Annotated[WordedDecision, Form()]
ChangeForm = Annotated[ChangeDecision, Form()]
TokenForm = Annotated[TokenRequest, Form()]
SeveralForm = Annotated[SeveralDecision, Form()]
SafeForm = Annotated[SafeDecision, Form()]
WordsForm = Annotated[Words, Form()]
SettingsForm = Annotated[Chosen, Form()]
OwnMailForm = Annotated[OwnMail, Form()]
LookForm = Annotated[LookChosen, Form()]
SignInForm = Annotated[SignIn, Form()]
PasswordForm = Annotated[Account, Form()]
NewPasswordForm = Annotated[NewPassword, Form()]
OwnPasswordForm = Annotated[OwnPassword, Form()]
JiraTokenForm = Annotated[JiraToken, Form()]
AccountForm = Annotated[JiraAccount, Form()]
