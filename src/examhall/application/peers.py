"""What the servers of one installation say to each other: questions with answers, and notices in their order.

Carried by the bus, every message under a key of its own, so that none takes the place of another. Nothing that must
not be lost goes this way: the store has that, this only saves waiting for it.
"""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from examhall.application.lifecycle import ended
from examhall.application.ports.bus import Bus
from examhall.application.ports.clock import Ids
from examhall.application.ports.servers import Servers

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 2.5
MOST_WAITING = 4096

Json = Mapping[str, object]
Answer = Callable[[str, Json], Awaitable[Json]]
Hear = Callable[[str, Json], None]


class Peers:
    """The other servers, as this one speaks to them. Handlers get (who says it, what)."""

    def __init__(self, bus: Bus, servers: Servers, ids: Ids) -> None:
        self._bus = bus
        self._servers = servers
        self._ids = ids
        self._answers: dict[str, Answer] = {}
        self._hears: dict[str, Hear] = {}
        self._asked: dict[str, asyncio.Future[Json]] = {}
        self._out: deque[tuple[str, Json]] = deque(maxlen=MOST_WAITING)
        self._to_say = asyncio.Event()
        self._running: list[asyncio.Task[None]] = []
        self._answering: set[asyncio.Task[None]] = set()

    def on_question(self, what: str, answer: Answer) -> None:
        self._answers[what] = answer

    def on_notice(self, what: str, hear: Hear) -> None:
        self._hears[what] = hear

    async def start(self) -> None:
        if self._servers.alone:
            return
        listening = asyncio.Event()
        self._running = [
            asyncio.create_task(self._listen(listening), name="peers-listen"),
            asyncio.create_task(self._say(), name="peers-say"),
        ]
        await listening.wait()

    async def stop(self) -> None:
        await ended((*self._running, *self._answering))

    async def ask(
        self, server_id: str, what: str, body: Json, within_s: float = ANSWER_WITHIN_S
    ) -> Json | None:
        """None: it did not answer in time."""
        ask_id = self._ids.new_id()
        answer = self._asked[ask_id] = asyncio.get_running_loop().create_future()
        self._post(server_id, {"question": what, "id": ask_id, "body": dict(body)})
        try:
            async with asyncio.timeout(within_s):
                said: Json = await answer
                return said
        except TimeoutError:
            log.warning("peer_did_not_answer", extra={"server_id": server_id, "question": what})
            return None
        finally:
            del self._asked[ask_id]

    def tell(self, server_id: str, what: str, body: Json) -> None:
        """Never waits. What is told to one server arrives in this order, or not at all."""
        self._post(server_id, {"notice": what, "body": dict(body)})

    def _post(self, server_id: str, message: Json) -> None:
        self._out.append((server_id, message))
        self._to_say.set()

    async def _say(self) -> None:
        while True:
            await self._to_say.wait()
            self._to_say.clear()
            while self._out:
                server_id, message = self._out.popleft()
                text = json.dumps({**message, "from": self._servers.server_id})
                await self._bus.publish(f"server/{server_id}", self._ids.new_id(), text.encode())

    async def _listen(self, listening: asyncio.Event) -> None:
        async with self._bus.subscribe(f"server/{self._servers.server_id}") as messages:
            listening.set()
            while True:
                _, payload = await messages.next()
                try:
                    self._take(json.loads(payload))
                except Exception:  # one bad message must not make us deaf
                    log.exception("peer_message_failed")

    def _take(self, message: Json) -> None:
        sender, body = str(message["from"]), message["body"]
        if not isinstance(body, Mapping):
            return
        if "answer" in message:
            waiting = self._asked.get(str(message["answer"]))
            if waiting is not None and not waiting.done():
                waiting.set_result(body)
        elif "notice" in message:
            self._hears[str(message["notice"])](sender, body)
        else:
            answering = asyncio.create_task(self._answer(sender, message, body))
            self._answering.add(answering)
            answering.add_done_callback(self._answering.discard)

    async def _answer(self, sender: str, message: Json, body: Json) -> None:
        try:
            said = await self._answers[str(message["question"])](sender, body)
        except Exception:  # who asked does without an answer
            log.exception("peer_question_failed", extra={"question": message["question"]})
            return
        self._post(sender, {"answer": message["id"], "body": dict(said)})
