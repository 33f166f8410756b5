"""What the log's lines of a task that outlives its caller are about."""

from contextvars import Context

import structlog


def about(**ids: str) -> Context:
    """A context in which every line carries just these ids.

    A session is opened by whichever request comes first and lives on: with the caller's context its lines would
    name that request for ever.
    """
    context = Context()
    context.run(structlog.contextvars.bind_contextvars, **ids)
    return context
