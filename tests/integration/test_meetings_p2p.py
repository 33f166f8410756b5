"""Live views from browser to browser, as the server sees them."""

from contextlib import AsyncExitStack
from pathlib import Path

from support.live import live_house

SECRET = "shared with coturn and nobody else"


async def test_a_fourth_watcher_is_refused_with_the_reason(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house, AsyncExitStack() as open_walls:
        candidate = await house.live_candidate()
        page = await open_walls.enter_async_context(house.page(candidate))
        await page.next("welcome")
        walls = [await open_walls.enter_async_context(house.wall()) for _ in range(4)]
        watches = []
        for wall in walls[:3]:
            await wall.say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
            started = await wall.next("watch_started")
            assert started["provider"] == "p2p"
            watches.append(started["watch_id"])
        await walls[3].say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
        refused = await walls[3].next("error")
        assert refused["code"] == "too_many_watchers"
        assert str(refused["message"]).startswith("3 live views of this candidate are open already")
        await walls[0].say(type="watch_close", watch_id=watches[0])
        await walls[0].next("watch_close")
        await walls[3].say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
        await walls[3].next("watch_started")


async def test_mute_and_leave_are_asked_of_the_page(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        at = f"/api/v1/attempts/{candidate.attempt_id}/meeting"
        async with house.http(house.staff_token) as staff, house.http(candidate.token) as http:
            nobody = await staff.post(f"{at}/mute", json={"media": "camera"})
            assert (nobody.status_code, nobody.json()["code"]) == (409, "candidate_not_connected")
            async with house.page(candidate) as page:
                await page.next("welcome")
                told = {"media": "camera", "reason": "It shows the others"}
                assert (await staff.post(f"{at}/mute", json=told)).status_code == 204
                muted = await page.next("meeting")
                assert (muted["action"], muted["media"], muted["reason"]) == ("mute", *told.values())
                async with house.wall() as wall:
                    assert (await staff.post(f"{at}/remove", json={"reason": "Loud"})).status_code == 204
                    left = await page.next("meeting", where=lambda m: m["action"] == "leave")
                    assert left["reason"] == "Loud"
                    await wall.next(
                        "update", where=lambda m: m["body"].get("attempt", {}).get("taken_out_at")
                    )
                    await wall.say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
                    await wall.next("watch_started")
                    back = (await staff.get(f"/api/v1/attempts/{candidate.attempt_id}")).json()["card"]
                    assert back["taken_out_at"] is None, "who looks again puts back"
            view = (await staff.get(at)).json()
            assert view == {"provider": "p2p", "available": True, "reason": None, "participants": None}
            story = (await staff.get(f"/api/v1/attempts/{candidate.attempt_id}")).json()["timeline"]
            words = [line["words"] for line in story if line["type"] in {"muted", "taken_out"}]
            assert words == [
                "Camera muted by Ada: It shows the others",
                "Taken out of the live view by Ada: Loud",
            ]
            lines = (await staff.get("/api/v1/audit", params={"action": "attempt"})).json()["entries"]
            reasons = {line["action"]: line["reason"] for line in lines}
            assert (reasons["attempt.mute"], reasons["attempt.remove"]) == ("It shows the others", "Loud")
            hook = await http.post("/api/v1/meetings/webhooks/p2p", content=b"{}")
            assert hook.status_code == 404


async def test_turn_credentials_are_made_for_each_view_and_the_secret_stays_here(
    tmp_path: Path, capsys
) -> None:
    turn = {"ice_servers": ("stun:stun.example.org", "turn:turn.example.org"), "ice_turn_secret": SECRET}
    async with live_house(tmp_path, **turn) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page, house.http(candidate.token) as http:
            await page.next("welcome")
            await wall.say(type="watch_open", request_id="r", attempt_id=candidate.attempt_id)
            started, opened = await wall.next("watch_started"), await page.next("watch_open")
            (server,) = started["ice_servers"]
            assert opened["ice_servers"] == started["ice_servers"]
            expires, _, watch_id = server["username"].partition(":")
            assert watch_id == started["watch_id"]
            now_s = house.services.clock.now_ms() / 1000
            assert 0 < int(expires) - now_s <= 12 * 3600 + 1
            ticket = (
                await http.post(f"/api/v1/attempts/{candidate.attempt_id}/meeting/join", json={})
            ).json()
            assert (ticket["provider"], ticket["token"], ticket["url"]) == ("p2p", None, None)
            assert ticket["ice_servers"][0]["username"].endswith(candidate.attempt_id)
            everything = f"{wall.messages}{page.messages}{ticket}"
        everything += capsys.readouterr().out + repr(house.house.settings)
        assert SECRET not in everything


async def test_pages_may_connect_to_the_chosen_provider_and_to_nothing_else(tmp_path: Path) -> None:
    livekit = {
        "meetings": "livekit",
        "livekit_url": "wss://live.example.org",
        "livekit_server_url": "ws://127.0.0.1:9",
        "livekit_api_key": "key",
        "livekit_api_secret": SECRET,
    }
    for number, (settings, allowed) in enumerate(
        (({}, ""), (livekit, " wss://live.example.org https://live.example.org"))
    ):
        async with live_house(tmp_path / str(number), **settings) as house, house.http() as http:
            policy = (await http.get("/login")).headers["content-security-policy"]
            sockets = house.base_url.replace("http", "ws")
            assert f"connect-src 'self' {sockets}{allowed};" in policy
