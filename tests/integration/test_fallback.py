"""A page whose network lets no socket through: all it says and is told goes over HTTP."""

from pathlib import Path

from support.live import live_house


async def test_everything_a_socket_carries_goes_over_http(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        at = f"/api/v1/attempts/{candidate.attempt_id}"
        page = {"Examhall-Instance": "page-1"}
        async with house.http(candidate.token) as http:
            first = (await http.get(f"{at}/updates", headers=page)).json()
            assert (first["type"], first["state"], first["acknowledged_seq"]) == ("welcome", "live", 0)
            assert (await house.services.monitor.card(candidate.attempt_id)).connected

            said = await http.post(f"{at}/chat", json={"client_id": "c1", "text": "Is this open book?"})
            again = await http.post(f"{at}/chat", json={"client_id": "c1", "text": "Is this open book?"})
            assert said.status_code == 200
            assert said.json() == again.json()
            assert (await http.post(f"{at}/hand", json={"raised": True})).status_code == 204
            talk = house.services.conversation
            warning = await talk.warn(candidate.attempt_id, text="Please look here.", staff_id="staff")
            await talk.message(candidate.attempt_id, text="It is not.", staff_id="staff")
            await house.services.attempts.pause(candidate.attempt_id, by="staff", reason="A moment.")

            told = (await http.get(f"{at}/updates", headers=page)).json()
            assert [one["text"] for one in told["chat"]] == ["Is this open book?", "It is not."]
            assert [one["id"] for one in told["warnings"]] == [warning.id]
            assert (told["state"], told["reason"]) == ("paused", "A moment.")
            assert told["hand_raised"] is False, "the proctor's answer lowers it"

            read = f"{at}/warnings/{warning.id}/acknowledge"
            assert (await http.post(read)).status_code == 204
            assert (await http.post(read)).status_code == 204
            assert (await http.get(f"{at}/updates", headers=page)).json()["warnings"] == []
            missing = await http.post(f"{at}/warnings/another/acknowledge")
            assert missing.json()["code"] == "warning_not_found"

            slow = {"rung": 2, "recording": "later", "waiting": {"recordings": 3, "events": 1}}
            assert (await http.post(f"{at}/bandwidth", json=slow)).status_code == 204
            card = await house.services.monitor.card(candidate.attempt_id)
            assert card.bandwidth_rung == 2


async def test_only_one_page_asks_and_the_end_is_told_too(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        at = f"/api/v1/attempts/{candidate.attempt_id}"
        async with house.page(candidate) as socket, house.http(candidate.token) as http:
            await socket.next("welcome")
            other = await http.get(f"{at}/updates", headers={"Examhall-Instance": "page-2"})
            assert (other.status_code, other.json()["code"]) == (409, "second_device")
            await http.post(f"{at}/submit")
            ended = await http.get(f"{at}/updates", headers={"Examhall-Instance": "page-2"})
            assert ended.json()["state"] == "submitted"
            late = await http.post(f"{at}/chat", json={"client_id": "c1", "text": "Hello?"})
            assert (late.status_code, late.json()["code"]) == (409, "attempt_over")


async def test_a_page_may_ask_how_long_its_line_takes(tmp_path: Path) -> None:
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.page(candidate) as page:
            await page.next("welcome")
            await page.say(type="ping", nonce="n1")
            assert (await page.next("pong"))["nonce"] == "n1"
