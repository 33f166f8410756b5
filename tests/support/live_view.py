"""A live view between two real pages: what both do in it, and what really went over the line."""

from playwright.sync_api import Locator, Page, expect

from support.eventually import eventually

# Keeps every connection that a page makes, to read its counters.
SEE_PEERS = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...given) { super(...given); window.peers.push(this); }
};
"""
# One number of all entries of a kind of all connections: (type, kind, field) -> sum.
_SUM = """
async ([type, kind, field]) => {
    let sum = 0;
    for (const peer of window.peers) {
        if (peer.connectionState === 'closed') continue;
        for (const entry of (await peer.getStats()).values()) {
            if (entry.type === type && (kind === null || entry.kind === kind)) sum += entry[field] ?? 0;
        }
    }
    return sum;
}
"""


# How many connections carry a microphone now.
_MICROPHONES = """window.peers.filter((peer) => peer.connectionState !== 'closed' &&
    peer.getSenders().some(({ track }) => track?.kind === 'audio' && track.readyState === 'live')).length"""


def counted(page: Page, of: str, kind: str | None, field: str) -> float:
    return page.evaluate(_SUM, [of, kind, field])


def picture(panel: Locator) -> Locator:
    return panel.get_by_label("Camera of", exact=False)


def frames_advance(page: Page, panel: Locator, frames: int = 10) -> None:
    """So many new frames of the live camera are shown."""
    video = picture(panel)
    expect(video).to_be_visible()
    page.wait_for_function(
        """([video, frames]) => {
            window.before ??= video.getVideoPlaybackQuality().totalVideoFrames;
            const more = video.getVideoPlaybackQuality().totalVideoFrames - window.before >= frames;
            if (more) delete window.before;
            return more;
        }""",
        arg=[video.element_handle(), frames],
    )


def hold_to_talk(page: Page, panel: Locator) -> None:
    button = panel.get_by_role("button", name="Hold to talk", exact=False)
    button.hover()
    page.mouse.down()


def until_heard(page: Page) -> None:
    """Sound that is not silence arrives at the candidate's page and is played."""
    # `wait_for_function` takes a promise for true: what has to be awaited is asked again and again.
    eventually(page, lambda: counted(page, "inbound-rtp", "audio", "totalAudioEnergy") > 0.000001)
    page.wait_for_function("() => [...document.querySelectorAll('audio')].some((one) => !one.paused)")


def until_nothing_is_sent(page: Page) -> None:
    """Two seconds without a packet of the picture."""
    still = f"""async () => {{
        const sent = await ({_SUM})(['outbound-rtp', 'video', 'bytesSent']);
        if (sent !== window.sentBefore) {{ window.sentBefore = sent; window.sentAt = performance.now(); }}
        return performance.now() - window.sentAt > 2000;
    }}"""
    eventually(page, lambda: page.evaluate(still))


def until_silent(page: Page) -> None:
    """No microphone is sent to anybody."""
    page.wait_for_function(f"() => {_MICROPHONES} === 0")


def until_sound_is_sent(page: Page) -> None:
    page.wait_for_function(f"() => {_MICROPHONES} > 0")


def until_stopped(page: Page, panel: Locator) -> None:
    """No new frame for a second."""
    page.wait_for_function(
        """(video) => {
            const frames = video.getVideoPlaybackQuality().totalVideoFrames;
            if (frames !== window.framesBefore) {
                window.framesBefore = frames;
                window.framesAt = performance.now();
            }
            return performance.now() - window.framesAt > 1000;
        }""",
        arg=picture(panel).element_handle(),
    )
