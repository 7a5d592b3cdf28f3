"""The Python client of Vouch: log what models say, and what people think of it."""

from ._errors import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    FieldError,
    InternalServerError,
    NotFoundError,
    PermissionDeniedError,
    RateLimitError,
    StreamBrokenError,
    UnprocessableEntityError,
    VouchError,
)
from ._version import VERSION as __version__
from .async_client import AsyncVouch
from .client import Vouch
from .ids import new_log_id
from .invoke import (
    AsyncInvokeResult,
    AsyncInvokeStream,
    InvokeChunk,
    InvokeResult,
    InvokeStream,
)
from .models import (
    Choice,
    Feedback,
    FeedbackKept,
    FeedbackTally,
    FeedbackToken,
    Log,
    LogError,
    LogSummary,
    MetricsAdded,
    Performance,
    Uncertainty,
    Usage,
)
from .openai_logging import log_id_of, with_logging
from .pages import AsyncPages, Page, Pages

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncInvokeResult",
    "AsyncInvokeStream",
    "AsyncPages",
    "AsyncVouch",
    "AuthenticationError",
    "BadRequestError",
    "Choice",
    "ConflictError",
    "Feedback",
    "FeedbackKept",
    "FeedbackTally",
    "FeedbackToken",
    "FieldError",
    "InternalServerError",
    "InvokeChunk",
    "InvokeResult",
    "InvokeStream",
    "Log",
    "LogError",
    "LogSummary",
    "MetricsAdded",
    "NotFoundError",
    "Page",
    "Pages",
    "Performance",
    "PermissionDeniedError",
    "RateLimitError",
    "StreamBrokenError",
    "Uncertainty",
    "UnprocessableEntityError",
    "Usage",
    "Vouch",
    "VouchError",
    "__version__",
    "log_id_of",
    "new_log_id",
    "with_logging",
]
