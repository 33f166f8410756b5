"""A page whose network lets no socket through: it is there while it keeps making requests."""

from examhall.application.ports.clock import Clock
from examhall.application.ports.live import Farewell, PageNotice

SILENT_AFTER_S = 8.0


class RequestPage:
    """Implements `PageLink`. It hears nothing between requests; what it is told it reads over HTTP."""

    def __init__(self, instance_id: str, clock: Clock) -> None:
        self._instance_id = instance_id
        self._clock = clock
        self._heard_at_s = clock.monotonic_s()
        self._parted = False

    @property
    def instance_id(self) -> str:
        return self._instance_id

    @property
    def hears(self) -> bool:
        return False

    @property
    def silent(self) -> bool:
        return self._parted or self._clock.monotonic_s() - self._heard_at_s > SILENT_AFTER_S

    def heard(self) -> None:
        self._heard_at_s = self._clock.monotonic_s()

    def tell(self, notice: PageNotice) -> None:
        """Its next request is answered with what it must know."""

    async def answers(self, within_s: float) -> bool:  # noqa: ARG002 - it cannot be asked
        return not self.silent

    def part(self, why: Farewell) -> None:  # noqa: ARG002
        self._parted = True
