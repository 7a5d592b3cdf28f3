"""Logging the calls of the official `openai` client that do not go through the gateway."""

from .wrap import log_id_of, with_logging

__all__ = ["log_id_of", "with_logging"]
