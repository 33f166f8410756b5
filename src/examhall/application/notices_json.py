"""What a candidate's page is told by another server, and what its page says to a proctor there, as JSON values."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from examhall.application.ports.live import (
    MeetingAction,
    MeetingNotice,
    Track,
    WatchClosedNotice,
    WatchOpenedNotice,
    WatchProfile,
    WatchSignal,
)
from examhall.application.ports.meetings import Media, ProviderName, WatchTerms
from examhall.application.views import IceServer

FarNotice = WatchOpenedNotice | WatchClosedNotice | WatchSignal | MeetingNotice
Json = Mapping[str, object]

_NAMES: Mapping[type[FarNotice], str] = {
    WatchOpenedNotice: "watch_opened",
    WatchClosedNotice: "watch_closed",
    WatchSignal: "watch_signal",
    MeetingNotice: "meeting",
}


def notice_to_json(notice: FarNotice) -> Json:
    return {"type": _NAMES[type(notice)], **asdict(notice)}


def notice_from_json(value: Json) -> FarNotice:
    """Of our own servers only: it is not checked again."""
    match value["type"]:
        case "watch_opened":
            return WatchOpenedNotice(
                str(value["watch_id"]),
                cast(ProviderName, value["provider"]),
                _terms(cast(Json, value["terms"])),
                cast(WatchProfile, value["profile"]),
                bool(value["tell"]),
            )
        case "watch_closed":
            return WatchClosedNotice(str(value["watch_id"]), str(value["reason"]))
        case "watch_signal":
            return WatchSignal(
                str(value["watch_id"]),
                cast(Mapping[str, str] | None, value["description"]),
                cast(Mapping[str, str | int | None] | None, value["candidate"]),
                cast(Mapping[str, Track] | None, value["tracks"]),
                cast(WatchProfile | None, value["profile"]),
            )
        case _:
            return MeetingNotice(
                cast(MeetingAction, value["action"]),
                cast(Media | None, value["media"]),
                str(value.get("reason", "")),  # servers of the version before do not send it
            )


def _terms(value: Json) -> WatchTerms:
    servers = tuple(
        IceServer(tuple(one["urls"]), one["username"], one["credential"])
        for one in cast("list[dict[str, str]]", value["ice_servers"])
    )
    return WatchTerms(servers, bool(value["relay_only"]))
