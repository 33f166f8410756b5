"""Options of the command line laid over the settings of the environment."""

from pathlib import Path

from pydantic import ValidationError

from examhall.domain.errors import ErrorKind, ExamhallError
from examhall.settings import Settings


def settings_from(**given: str | int | Path | None) -> Settings:
    """The settings; what is given on the command line wins. Raises `ExamhallError` `settings_invalid`."""
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        lines = "; ".join(
            f"EXAMHALL_{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors()
        )
        raise ExamhallError(
            ErrorKind.INVALID, "settings_invalid", f"Settings are not right: {lines}"
        ) from error
