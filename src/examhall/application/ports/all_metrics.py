"""Every metric that this server declares."""

from examhall.application.ports import live_metrics, metrics
from examhall.application.ports.metrics import Counter, Gauge, Histogram

Metric = Counter | Gauge | Histogram


def declared() -> tuple[Metric, ...]:
    """By name."""
    found = {
        one.name: one
        for module in (metrics, live_metrics)
        for one in vars(module).values()
        if isinstance(one, Counter | Gauge | Histogram)
    }
    return tuple(found[name] for name in sorted(found))
