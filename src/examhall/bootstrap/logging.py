"""The log: to stderr and to `<data-dir>/app.log`, as console lines or JSON.

It names people by id only; pictures, tokens and links never get here.
"""

import logging
import logging.handlers
import sys

import structlog

from examhall.settings import Settings

_FILE_BYTES = 10_000_000
_OLD_FILES = 5


def set_up_logging(settings: Settings) -> None:
    """Send structlog and the standard library's loggers the same way. Call once, before serving."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        _without_color_codes,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    file = logging.handlers.RotatingFileHandler(
        settings.data_dir / "app.log", maxBytes=_FILE_BYTES, backupCount=_OLD_FILES, encoding="utf-8"
    )
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
        old.close()
    console = logging.StreamHandler(sys.stderr)
    console.setFormatter(_formatter(settings, shared, colors=sys.stderr.isatty()))
    file.setFormatter(_formatter(settings, shared, colors=False))
    root.addHandler(console)
    root.addHandler(file)
    root.setLevel(settings.log_level.upper())
    # These name addresses with their queries, or every statement; ours say what is needed.
    quiet = (
        "httpx",
        "httpcore",
        "cloudflare",
        "aiohttp",
        "uvicorn.access",
        "alembic",
        "aiosqlite",
        "websockets",
    )
    for noisy in quiet:
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # Below info it writes down the sockets' messages and headers: names, words and tokens.
    web_server = logging.getLogger("uvicorn.error")
    web_server.setLevel(max(logging.INFO, root.level))
    web_server.addFilter(_names_no_caller)


def _names_no_caller(record: logging.LogRecord) -> bool:
    """Its lines for each socket hold the caller's address and say less than ours (web/request_log.py)."""
    return not str(record.msg).startswith(('%s - "WebSocket', "connection open", "connection closed"))


def _without_color_codes(
    _: structlog.typing.WrappedLogger, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    event.pop("color_message", None)  # uvicorn's second text of the same line
    return event


def _formatter(
    settings: Settings, shared: list[structlog.typing.Processor], *, colors: bool
) -> logging.Formatter:
    renderer: structlog.typing.Processor
    if settings.log_format == "json":
        last: list[structlog.typing.Processor] = [structlog.processors.format_exc_info]
        renderer = structlog.processors.JSONRenderer()
    else:
        # Locals in tracebacks would hold names and tokens.
        last = []
        renderer = structlog.dev.ConsoleRenderer(
            colors=colors, exception_formatter=structlog.dev.plain_traceback
        )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, renderer],
    )
