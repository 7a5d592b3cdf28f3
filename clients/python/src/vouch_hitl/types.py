"""What is sent: the fields of the calls, under the names that they have on the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, Required, TypeAlias, TypedDict

#: A message of a conversation in OpenAI's shape: `{"role": "user", "content": "Hello"}`.
Message: TypeAlias = Mapping[str, Any]
#: A value of a metric: thumbs are booleans, scores numbers, categories words or lists of words.
FeedbackValue: TypeAlias = bool | float | str | Sequence[str]
#: Who a feedback comes from. `reviewer` is for people who are signed in, `reviewers` for what the
#: reviewers of a queue say together.
Source: TypeAlias = Literal["program", "judge", "end_user", "reviewer", "reviewers"]
#: How far a call came.
Status: TypeAlias = Literal["configured", "completed", "failed", "cancelled"]


class Score(TypedDict, total=False):
    """Feedback that comes along with a log or its metrics."""

    #: 0 to 100.
    score: float | None


class UsageFields(TypedDict, total=False):
    """Tokens used; fields that Vouch does not know are kept."""

    prompt_tokens: int | None
    completion_tokens: int | None
    total_tokens: int | None


class PerformanceFields(TypedDict, total=False):
    """Timings in milliseconds."""

    #: From the request to the last byte of the answer.
    latency: float | None
    #: From the request to the first token.
    time_to_first_token: float | None


class ChoiceFields(TypedDict, total=False):
    """One answer of a model in OpenAI's shape."""

    index: int
    message: Required[Message]
    finish_reason: str | None


class Metrics(TypedDict, total=False):
    """What `add_metrics` adds to a log."""

    feedback: Score | None
    #: Merged by key; the newest value of a key wins, its history is kept.
    metadata: Mapping[str, Any] | None
    #: Fills an absent chain.
    chain_id: str | None
    #: Fills an absent conversation.
    conversation_id: str | None
    #: Fills an absent user.
    user_id: str | None
    usage: UsageFields | Mapping[str, Any] | None
    performance: PerformanceFields | None
    #: Fills an absent input.
    messages: Sequence[Message] | None
    #: Fills an absent output.
    choices: Sequence[ChoiceFields | Mapping[str, Any]] | None


class Opinion(TypedDict, total=False):
    """What someone thinks: thumbs, a score, any metric, a correction, a comment."""

    #: The metric `thumbs`: up or down.
    thumbs: bool | None
    #: The metric `score`: 0 to 100.
    score: float | None
    #: Any metric's name; its value is `value`.
    name: str | None
    value: FeedbackValue | None
    #: The answer as it should be. Alone it is a feedback on the metric `correction`.
    correction: str | None
    #: A remark. Alone it is a feedback on the metric `comment`.
    comment: str | None
    #: The application's user who gave it.
    user_id: str | None
    #: What kind of author; by itself `end_user` with a `user_id`, else `program`.
    source: Source | None


class NewFeedback(Opinion, total=False):
    """An opinion with what it is about: a log, a chain or a conversation."""

    #: This log, which need not be there yet.
    log_id: str | None
    #: All calls of this chain.
    chain_id: str | None
    #: All calls of this conversation.
    conversation_id: str | None


class Deployment(TypedDict, total=False):
    """What `invoke` sends beside the deployment's key."""

    #: Variables of the prompt template.
    inputs: Mapping[str, Any] | None
    #: Go after the template's messages.
    messages: Sequence[Message] | None
    #: Go after the template's system messages, before its others.
    prefix_messages: Sequence[Message] | None
    #: What chooses the variant, e.g. `{"environments": ["production"]}`.
    context: Mapping[str, Any] | None
    #: Win over the variant's parameters, e.g. `{"temperature": 0}`.
    extra_params: Mapping[str, Any] | None
    #: The log's metadata.
    metadata: Mapping[str, Any] | None
    chain_id: str | None
    conversation_id: str | None
    user_id: str | None


class CallError(TypedDict, total=False):
    """Why a call failed."""

    kind: Literal["upstream", "unreachable", "interrupted", "rejected"]
    #: The upstream's HTTP status.
    status: int | None
    message: Required[str]


class NewLog(TypedDict, total=False):
    """A log that is sent in; only `messages` must be there."""

    #: Chosen by the sender (`new_log_id()`), so that sending it again changes nothing.
    id: str | None
    created_at: datetime | str | None
    #: `completed` where absent; `failed` where there is an error.
    status: Status | None
    messages: Required[Sequence[Message]]
    choices: Sequence[ChoiceFields | Mapping[str, Any]] | None
    model: str | None
    provider: str | None
    deployment: str | None
    version: int | None
    variant: str | None
    #: `temperature`, `tools` and whatever else was asked.
    parameters: Mapping[str, Any] | None
    inputs: Mapping[str, Any] | None
    metadata: Mapping[str, Any] | None
    chain_id: str | None
    conversation_id: str | None
    user_id: str | None
    usage: UsageFields | Mapping[str, Any] | None
    performance: PerformanceFields | None
    #: In millionths of a US dollar; from the server's price table where absent.
    cost_usd_micros: int | None
    #: The tokens of the first choice with their log-probabilities.
    logprobs: Sequence[Mapping[str, Any]] | None
    error: CallError | None
    feedback: Score | None


class LogFilters(TypedDict, total=False):
    """Which logs to list; all filters that are given must fit."""

    #: The filter language, e.g. `thumbs:down and latency>2s`.
    q: str | None
    deployment: str | None
    variant: str | None
    model: str | None
    user_id: str | None
    chain_id: str | None
    conversation_id: str | None
    status: Status | None
    #: `key:value`.
    metadata: str | None
    #: At least one that counts.
    thumbs: Literal["up", "down"] | None
    min_score: float | None
    max_score: float | None
    #: `metric` or `metric:label`.
    feedback: str | None
    #: That feedback was given on this date (UTC) or later.
    feedback_from: date | str | None
    #: That feedback was given on this date (UTC) or before.
    feedback_to: date | str | None
    #: Any feedback at all, or none.
    has_feedback: bool | None
    #: Made on this date (UTC) or later.
    from_date: date | str | None
    #: Made on this date (UTC) or before.
    to_date: date | str | None
