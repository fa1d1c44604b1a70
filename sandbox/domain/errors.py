"""Jira's refusals: one exception class per status, and every message verbatim.

The doors turn these into Jira's error bodies; nobody else words an error of Jira.
"""

from collections.abc import Iterable, Mapping

from sandbox.contract.scope import NOT_VISIBLE, Refusal

ISSUE_NOT_VISIBLE = NOT_VISIBLE.sentence
#: Data Center says so for an issue that does not exist.
ISSUE_MISSING_ON_SERVER = "Issue Does Not Exist"
#: Neither agents nor the gateway vote: a vote is what its owner thinks, not work to be done.
VOTES_ARE_PERSONAL = (
    "A vote is its owner's own opinion, so it is not cast through this server. Nothing was "
    "written. The person can vote on the issue's page in Jira."
)
NOT_AUTHENTICATED = "Client must be authenticated to access this resource."
SEARCH_REMOVED = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. "
    "A full migration guideline is available at "
    "https://developer.atlassian.com/changelog/#CHANGE-2046"
)

FIELDS_OR_UPDATE_REQUIRED = "one of 'fields' or 'update' required"
SUMMARY_REQUIRED = "You must specify a summary of the issue."
SUMMARY_TOO_LONG = "Summary must be less than 255 characters."
SUMMARY_HAS_NEWLINES = "The summary is invalid because it contains newline characters."
NOT_A_STRING = "Operation value must be a string"
NOT_A_NUMBER = "Operation value must be a number"
NOT_A_DOCUMENT = "Operation value must be an Atlassian Document (see the Atlassian Document Format)"
INVALID_DOCUMENT = "INVALID_INPUT"
NOT_AN_ARRAY = "data was not an array"
NOT_AN_OBJECT = "expected Object"
INVALID_URL = "Not a valid URL"
REPORTER_REQUIRED = "Reporter is required."
PROJECT_REQUIRED = "valid project is required"
ISSUE_TYPE_REQUIRED = "valid issue type is required"
ISSUE_TYPE_INVALID = "The issue type selected is invalid."
PARENT_REQUIRED = "Issue type is a sub-task but parent issue key or id not specified."
PARENT_ELSEWHERE = "Sub-tasks must be created in the same project as the parent."
PARENT_MISSING = "Could not find issue by id or key."
PARENT_NOT_ALLOWED = "Given parent work item does not belong to appropriate hierarchy."
ORIGINAL_ESTIMATE_INVALID = "The original estimate specified is not valid."
REMAINING_ESTIMATE_INVALID = "The remaining estimate specified is not valid."

COMMENT_EMPTY = "Comment body can not be empty!"
COMMENT_INVALID = "Comment body is not valid!"
WORKLOG_TIME_REQUIRED = "You must indicate the time spent working."
WORKLOG_TIME_INVALID = "Invalid time duration entered."
WORKLOG_DATE_INVALID = "You must specify a date on which the work occurred."
LINK_TO_ITSELF = "You cannot link an issue to itself."
LINKING_DISABLED = "Issue linking is currently disabled."
TRANSITION_REQUIRED = "Missing 'transition' identifier"
TRANSITION_NOT_A_NUMBER = "The 'transition' identifier must be an integer."

#: Longest text of a single-line field, and of a paragraph field, in characters.
LINE_LIMIT = 255
TEXT_LIMIT = 32_767


class JiraError(Exception):
    """A refusal in Jira's words, with the status it travels under."""

    status = 500

    def __init__(
        self, messages: Iterable[str] = (), errors: Mapping[str, str] | None = None
    ) -> None:
        """Keep what goes to ``errorMessages`` and, by field, to ``errors``."""
        self.messages = tuple(messages)
        self.errors = dict(errors or {})
        super().__init__("; ".join([*self.messages, *_by_field(self.errors)]))


class InvalidError(JiraError):
    """The request says something that Jira does not accept."""

    status = 400


class UnauthorizedError(JiraError):
    """Nobody, or nobody that is known, asks."""

    status = 401

    def __init__(self, sentence: str = NOT_AUTHENTICATED) -> None:
        """Say why the caller is not known."""
        super().__init__((sentence,))


class ForbiddenError(JiraError):
    """The caller is known and may not do this."""

    status = 403

    def __init__(self, sentence: str) -> None:
        """Say what the caller lacks."""
        super().__init__((sentence,))


class RefusedError(JiraError):
    """The agent's scope does not allow this."""

    status = 403

    def __init__(self, refusal: Refusal) -> None:
        """Keep the refusal, which also says what to do next."""
        super().__init__((str(refusal),))
        self.refusal = refusal


class NotVisibleError(JiraError):
    """The issue is absent, or out of sight: the answer is the same."""

    status = 404

    def __init__(self, sentence: str = ISSUE_NOT_VISIBLE) -> None:
        """Say it in the words of the flavour that is played."""
        super().__init__((sentence,))


class MissingError(JiraError):
    """Something other than an issue does not exist."""

    status = 404

    def __init__(self, sentence: str) -> None:
        """Say what is missing."""
        super().__init__((sentence,))


class GoneError(JiraError):
    """Jira removed this address."""

    status = 410

    def __init__(self, sentence: str = SEARCH_REMOVED) -> None:
        """Say what to use now."""
        super().__init__((sentence,))


class TooLargeError(JiraError):
    """The body is larger than Jira takes."""

    status = 413

    def __init__(self, sentence: str) -> None:
        """Say which limit was passed."""
        super().__init__((sentence,))


class UnsupportedMediaError(JiraError):
    """The body's content type is missing or not JSON."""

    status = 415

    def __init__(self, sentence: str = "Unsupported Media Type") -> None:
        """Say what is wrong with the content type."""
        super().__init__((sentence,))


def invalid(field: str, message: str) -> InvalidError:
    """Return the error of one field."""
    return InvalidError(errors={field: message})


def cannot_be_set(field: str) -> str:
    """Return what Jira says of a field that is not on the screen."""
    return f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."


def set_twice(field: str) -> str:
    """Return what Jira says of a field in both ``fields`` and ``update``."""
    return f"Field '{field}' cannot be in both 'fields' and 'update'."


def verb_not_supported(verb: str) -> str:
    """Return what Jira says of a verb that the field's metadata does not list."""
    return f"Field does not support update '{verb}'"


def is_required(name: str) -> str:
    """Return what Jira says of a required field without a value."""
    return f"{name} is required."


def specify_valid(thing: str) -> str:
    """Return what Jira says of an object without a usable identity."""
    return f"Specify a valid 'id' or 'name' for {thing}"


def not_valid(thing: str, by: str, value: object) -> str:
    """Return, for example, ``Component name 'X' is not valid``."""
    return f"{thing} {by} '{value}' is not valid"


def no_such_user(ref: object) -> str:
    """Return what Jira says of a user that it does not know."""
    return f"User '{ref}' does not exist."


def cannot_be_assigned(ref: object) -> str:
    """Return what Jira says of somebody who cannot take an issue."""
    return f"User '{ref}' cannot be assigned issues."


def no_such_group(name: object) -> str:
    """Return what Jira says of a group that it does not know."""
    return f"Group '{name}' does not exist."


def label_has_spaces(label: str) -> str:
    """Return what Jira says of a label with a space in it."""
    return f"The label '{label}' contains spaces which is invalid."


def label_too_long(label: str) -> str:
    """Return what Jira says of an overlong label."""
    return f"The label '{label}' exceeds the maximum length of {LINE_LIMIT} characters."


def text_too_long(limit: int) -> str:
    """Return what Jira says of an overlong text."""
    return f"The entered text is too long. It exceeds the allowed limit of {limit:,} characters."


def bad_date(text: object) -> str:
    """Return what Jira says of a date that it cannot read."""
    return f"Error parsing date string: {text}"


def bad_time(text: object) -> str:
    """Return what Jira says of a date with time that it cannot read."""
    return f"Error parsing time: {text}"


def no_such_project(key: object) -> str:
    """Return what Jira says of an unknown project."""
    return f"No project could be found with key '{key}'."


def no_such_link_type(ref: object) -> str:
    """Return what Jira says of an unknown link type."""
    return f"No issue link type with name '{ref}' found."


def no_such_comment(comment_id: str) -> str:
    """Return what Jira says of an unknown comment."""
    return f"Can not find a comment for the id: {comment_id}."


def no_such_worklog(worklog_id: str) -> str:
    """Return what Jira says of an unknown worklog."""
    return f"Cannot find worklog with id: '{worklog_id}'."


def no_such_link(link_id: str) -> str:
    """Return what Jira says of an unknown issue link."""
    return f"No issue link with id '{link_id}' exists."


def no_such_sprint(ref: object) -> str:
    """Return what Jira says of an unknown sprint."""
    return f"Sprint with ID {ref} does not exist."


def no_such_transition(transition_id: str) -> str:
    """Return what Jira says of a transition that is not available now."""
    return f"Transition id '{transition_id}' is not valid for this issue."


def _by_field(errors: Mapping[str, str]) -> list[str]:
    return [f"{field}: {message}" for field, message in errors.items()]
