"""What a route adds to the line that the audit log has of it."""

from dataclasses import dataclass, field

from examhall.application.ports.audit import Detail


@dataclass(slots=True)
class AuditNote:
    """Filled in by the route, written by `audit_trail` when the route has succeeded.

    target_id: of what the route has made; the path names everything else. details: never a name or a secret.
    """

    reason: str | None = field(default=None, repr=False)
    target_id: str | None = None
    details: dict[str, Detail] = field(default_factory=dict, repr=False)
