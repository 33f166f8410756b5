"""The metrics of the live side. Labels are closed sets of words, never ids."""

from examhall.application.ports.metrics import Counter, Gauge, Histogram

FRAMES_DROPPED = Counter("examhall_frames_dropped_total", "Frames not looked at, by reason", ("reason",))
FRAMES_REFUSED = Counter("examhall_frames_refused_total", "Frames refused, by error code", ("code",))
FRAME_WAIT = Histogram(
    "examhall_frame_wait_seconds",
    "From receipt of a frame to its turn at the worker pool",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0),
)
FRAME_STAGE = Histogram(
    "examhall_frame_stage_milliseconds",
    "Worker time by stage; `queue` is the wait inside the pool",
    (1, 2, 5, 10, 20, 35, 50, 75, 100, 200, 500, 1000, 2000),
    ("stage",),
)
SOUND_DROPPED = Counter("examhall_sound_dropped_total", "Pieces of sound not heard, by reason", ("reason",))
SOUND_WORK = Histogram(
    "examhall_sound_milliseconds",
    "Worker time for one piece of sound",
    (1, 2, 5, 10, 20, 50, 100, 500, 2000),
)
PAGE_EVENTS = Counter("examhall_page_events_total", "Page events: first, or sent again", ("taken",))
INCIDENTS = Counter("examhall_incident_changes_total", "Incidents by step and signal", ("step", "signal"))
SHADOW_INCIDENTS = Counter(
    "examhall_shadow_incidents_total", "Incidents of shadow signals, which nobody is shown", ("signal",)
)
SHADOW_SECONDS = Counter(
    "examhall_shadow_incident_seconds_total", "How long incidents of shadow signals held", ("signal",)
)
FRAME_LOOKS = Counter("examhall_frame_looks_total", "Closer looks at frames, by kind", ("look",))
BURSTS = Counter("examhall_bursts_total", "Bursts of pictures asked for, by reason", ("reason",))
CAMERA_CHECKS = Counter(
    "examhall_camera_check_steps_total", "Steps of finished camera checks, by outcome", ("step", "outcome")
)
EVIDENCE_KEPT = Counter("examhall_evidence_kept_total", "Pictures kept as evidence")
EVIDENCE_GAPS = Counter("examhall_evidence_gaps_total", "Pictures missing, by reason", ("reason",))
RECORDING_SEGMENTS = Counter(
    "examhall_recording_segments_total", "Segments of recordings taken", ("kind", "late")
)
RECORDING_BYTES = Counter("examhall_recording_bytes_total", "Bytes of recordings taken", ("kind",))
OBSERVATIONS_LOST = Counter("examhall_observations_lost_total", "Observations that could not be stored")
OBSERVATIONS_HELD = Counter(
    "examhall_observations_held_total", "Times that observations waited for more than a second to be stored"
)
UNSEEN_SECONDS = Counter(
    "examhall_observation_gap_seconds_total",
    "Seconds of attempts that a server that went left unseen or unstored",
)
LIVE_COMMITS_FAILED = Counter(
    "examhall_live_commits_failed_total", "Writes of the live side that failed", ("code",)
)
LIVE_TASKS_RESTARTED = Counter(
    "examhall_live_tasks_restarted_total", "Tasks that failed and go on", ("task",)
)
SOCKETS_OPENED = Counter("examhall_sockets_opened_total", "Sockets opened", ("kind",))
SOCKETS_CLOSED = Counter("examhall_sockets_closed_total", "Sockets closed, by close code", ("kind", "code"))
MESSAGES_IGNORED = Counter("examhall_messages_ignored_total", "Messages of an unknown type", ("kind",))
DETECT_FACES = Counter("examhall_detect_faces_total", "The tutorial's endpoint, by outcome", ("outcome",))
BUS_SENT = Counter("examhall_bus_sent_total", "Messages given to the other servers' bus")
BUS_RECEIVED = Counter("examhall_bus_received_total", "Messages that came from other servers")
BUS_LOST = Counter("examhall_bus_lost_total", "Messages to other servers that were given up")
BUS_READY = Gauge("examhall_bus_ready", "Whether the other servers' bus answers (1) or not (0)")
TAKEN_OVER = Counter(
    "examhall_attempts_taken_over_total", "Attempts taken from another server, by why", ("why",)
)
ATTEMPTS_RUNNING = Gauge("examhall_attempts_running", "Attempts that are looked after now")
SAMPLING_INTERVAL = Gauge("examhall_sampling_interval_seconds", "How often candidates are sampled now")
MEETING_EVENTS = Counter(
    "examhall_meeting_events_total",
    "Reports of the meeting provider, by kind; repeated ones apart",
    ("kind",),
)
MEETING_READY = Gauge("examhall_meeting_ready", "Whether the meeting provider answers (1) or not (0)")
WORKERS_READY = Gauge("examhall_vision_workers_ready", "Vision workers that take frames")
WORKERS_BUSY = Gauge("examhall_vision_busy_ratio", "Share of the last 5 s that the workers were busy")
WORKER_RESTARTS = Gauge("examhall_vision_worker_restarts", "Vision workers replaced since the start")
FRAMES_WAITING = Gauge("examhall_vision_frames_waiting", "Frames that wait for a worker")
OLDEST_WAIT = Gauge("examhall_vision_oldest_wait_milliseconds", "How long the oldest of them has waited")
WORKER_HANGS = Gauge(
    "examhall_vision_worker_hangs", "Of the replaced workers those that hung, since the start"
)
LANES_RESTING = Gauge(
    "examhall_vision_lanes_resting", "Attempts whose pictures rest for a minute since they stopped workers"
)
MAILBOXES_HOLDING = Gauge("examhall_mailboxes_holding", "Attempts with a picture that waits or is in work")
EVIDENCE_WAITING = Gauge("examhall_evidence_waiting", "Pictures and sounds that wait to be kept as evidence")
TURN_TIME = Histogram(
    "examhall_turn_milliseconds",
    "A turn of an attempt by stage: the rules, or the transaction that keeps what they said",
    (0.1, 0.5, 1, 2, 5, 10, 20, 50, 100, 250, 500, 1000, 5000),
    ("stage",),
)
PAGE_EVENTS_LATE = Counter("examhall_page_events_late_total", "Page events that came after a gap in the line")
ALERT_TIME = Histogram(
    "examhall_alert_seconds",
    "From the opening of an incident to its place in a proctor's socket's queue",
    (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0),
)
UPDATE_TIME = Histogram(
    "examhall_monitor_update_seconds",
    "From looking at the outbox to what it points at in a proctor's socket's queue",
    (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0),
)
SOCKET_QUEUE = Histogram(
    "examhall_socket_queue_messages",
    "Messages that waited when a socket's writer looked",
    (1, 2, 5, 10, 20, 50, 100, 200, 512),
    ("kind",),
)
SOCKET_DATA_REPLACED = Counter(
    "examhall_socket_data_replaced_total",
    "Thumbnails that gave way to a newer one before they were sent",
    ("kind",),
)
BUS_PUBLISHED = Counter(
    "examhall_bus_published_total", "Messages put on the bus, by kind of topic", ("topic",)
)
BUS_READ = Counter("examhall_bus_read_total", "Messages read from the bus, by kind of topic", ("topic",))
BUS_DROPPED = Counter(
    "examhall_bus_dropped_total", "Messages that a full subscription let go of, by kind of topic", ("topic",)
)
LOOP_LAG = Histogram(
    "examhall_loop_lag_seconds",
    "How late the server's loop is for a timer: everything waits that long",
    (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5),
)
