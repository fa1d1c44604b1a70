"""Every text a model reads about our tools. Short: tool lists cost tokens in every chat."""

INSTRUCTIONS = (
    "Jira issues as a safe copy. You read and edit shadows of issues; nothing you write "
    "reaches Jira until a person approves it. Read an issue before you change it. When your "
    "work is done, call submitForReview with your reason; ask getReviewOutcome for the "
    "decision. Deleting and bulk changes are not offered: ask the person you work for."
)

GET_ISSUE = "Read one issue, with your own staged changes in it. Texts come as Markdown."
SEARCH = (
    "Search issues with JQL. Every hit can be reached page by page; "
    "searchResultMode=count only counts."
)
TRANSITIONS = (
    "List the workflow transitions that an issue allows now, with ids for transitionJiraIssue."
)
REMOTE_LINKS = "List the web links of an issue."
PROJECTS = "List the projects you may work in."
ISSUE_TYPES = "List the issue types of a project."
CREATE_FIELDS = "List the fields that a new issue of a type takes, and which are required."
ME = "Tell which Jira account you work for: currentUser() and 'me' mean this person."
LOOKUP = "Find Jira accounts by name or e-mail address. Several hits: ask which one is meant."
LINK_TYPES = "List the kinds of links between issues."
RESOURCES = "List the Jira sites of this server. There is one; cloudId is optional everywhere."
CREATE = (
    "Stage a new issue. It has a temporary key until a person approves it. "
    "Custom fields, priority, labels and components go into additional_fields."
)
EDIT = (
    "Stage changes of an issue's fields; null clears a field. Text fields take Markdown. "
    "Read the issue first and keep the signs in its text, such as "
    "[@Kim](mention:k3f2): they stand for parts that Markdown cannot show."
)
TRANSITION = "Stage a status change. Take the id from getTransitionsForJiraIssue."
COMMENT = "Stage a comment (Markdown), or with commentId an edit of a comment."
WORKLOG = "Stage time spent on an issue."
LINK = "Stage a link: inwardIssue blocks outwardIssue for type Blocks."
SUBMIT = (
    "Hand everything you staged since your last submission to a person for review. "
    "Say why, in words for that person. Later edits go into the next submission."
)
OUTCOME = "Tell what became of your submissions: who decided what, and their words."
PENDING = "Show what you staged and have not submitted yet, as before and after."

CUT_SIGN = "…✂"
CUT = (
    f"\n\n{CUT_SIGN} {{left}} more characters: call again with textFrom={{start}} to read on, or "
    "with responseContentFormat=adf."
)
SENT_A_CUT_TEXT = (
    f"{{name}} holds the sign {CUT_SIGN} of an answer that was cut: the rest of the text would be "
    "lost. Read on with textFrom, and send the whole text. Nothing was changed."
)
SEVERAL_PEOPLE = "Several people match. Ask which one is meant before you write."
STAGED = "Staged, not applied: {what}. It reaches Jira only after a person approves it."
UNCHANGED = "Nothing to stage: {key} already has these values."
SUBMITTED = (
    "Submitted for review: {count} changes as {id}. A person will decide; "
    "ask getReviewOutcome later. Jira is unchanged until then."
)
NOTHING_PENDING = "Nothing is staged. Edit issues first, then call submitForReview."
NOT_YOURS = "There is no submission '{id}' of yours in this task. Yours are: {known}."
NO_SUBMISSION = "You have not submitted anything yet. submitForReview hands your changes in."
WAITING = "waiting for a person"
DECIDED = "{what}: {verdict} by {who}{words}."
CREATED_ONLY = (
    "{key} is staged, but its first transition was refused: {why} "
    "Use getTransitionsForJiraIssue with {key}."
)

NOT_OFFERED = (
    "{name} is not offered here. Deleting, bulk changes and administration are done by a "
    "person in Jira itself: tell the person you work for what you would have done."
)
UNKNOWN_TOOL = "There is no tool '{name}'. {hint}"
FAILED = (
    "The sandbox could not do this (reference {reference}). Nothing was changed. "
    "Try again; if it fails again tell the person you work for."
)
