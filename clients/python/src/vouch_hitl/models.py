"""What is received. Fields that this version does not know are in `raw`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ._decode import decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens used."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """Timings in milliseconds."""

    latency: float | None = None
    time_to_first_token: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a model."""

    index: int = 0
    #: OpenAI's shape, with all its fields.
    message: dict[str, Any]
    finish_reason: str | None = None

    @property
    def text(self) -> str:
        """The text of the message; empty where it has none."""
        content = self.message.get("content")
        return content if isinstance(content, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A feedback that is kept."""

    id: str
    created_at: datetime
    author: str
    source: str
    name: str
    value: Any
    #: Whether it is the newest of its author on its metric and was not taken back.
    counts: bool
    log_id: str | None = None
    chain_id: str | None = None
    conversation_id: str | None = None
    author_name: str | None = None
    comment: str | None = None
    correction: str | None = None
    retracted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackKept:
    """What became of feedback that was sent."""

    #: In the order it was sent.
    ids: list[str]
    #: For each whether its log is there; what is early is attached when the log arrives.
    attached: list[bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackToken:
    """Leave for a browser to give feedback on one log, and nothing else."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAdded:
    """What became of `add_metrics`."""

    #: Whether the log was there; otherwise this is merged when it arrives.
    attached: bool
    #: The feedback that came along.
    feedback_ids: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackTally:
    """What people said of a log, in short."""

    thumbs_up: int
    thumbs_down: int
    count: int
    has_correction: bool
    score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogError:
    """Why a call failed."""

    #: `upstream`, `unreachable`, `interrupted` or `rejected`.
    kind: str
    message: str
    status: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertainty:
    """How sure the model was of its own words."""

    mean_logprob: float
    perplexity: float
    min_logprob: float
    min_token: str
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _LogHead:
    """What a log is in lists, too."""

    id: str
    created_at: datetime
    #: `configured`, `completed`, `failed` or `cancelled`.
    status: str
    #: `gateway`, `get_config` or `ingest`.
    origin: str
    deployment: str | None = None
    version: int | None = None
    variant: str | None = None
    provider: str | None = None
    model: str | None = None
    chain_id: str | None = None
    conversation_id: str | None = None
    user_id: str | None = None
    usage: Usage | None = None
    performance: Performance
    cost_usd_micros: int | None = None
    #: The answer of the server as it came.
    raw: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSummary(_LogHead):
    """A log as a line of a list."""

    input_preview: str
    output_preview: str
    feedback: FeedbackTally
    mean_logprob: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Log(_LogHead):
    """One log, whole, with its feedback."""

    sent_by: str
    messages: list[dict[str, Any]]
    choices: list[Choice]
    parameters: dict[str, Any]
    metadata: dict[str, Any]
    tally: FeedbackTally
    #: Oldest first.
    feedback: list[Feedback]
    #: `key`, `value`, `at`, `by` of each value that a metadata key had.
    metadata_history: list[dict[str, Any]]
    inputs: dict[str, Any] | None = None
    logprobs: list[dict[str, Any]] | None = None
    uncertainty: Uncertainty | None = None
    error: LogError | None = None


def log(came: Any) -> Log:
    """Reads a whole log."""
    return decode(Log, {**came, "raw": came})


def log_summary(came: Any) -> LogSummary:
    """Reads a line of a list."""
    return decode(LogSummary, {**came, "raw": came})
