"""Prometheus metrics in a registry of our own, so that two servers in one process do not mix."""

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client import Counter as PrometheusCounter
from prometheus_client import Gauge as PrometheusGauge
from prometheus_client import Histogram as PrometheusHistogram

from examhall.application.ports.metrics import Counter, Gauge, Histogram


class PrometheusMetrics:
    """Implements `application.ports.metrics.Metrics`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._counters: dict[str, PrometheusCounter] = {}
        self._gauges: dict[str, PrometheusGauge] = {}
        self._histograms: dict[str, PrometheusHistogram] = {}

    def count(self, counter: Counter, amount: float = 1.0, **labels: str) -> None:
        made = self._counters.get(counter.name)
        if made is None:
            made = PrometheusCounter(counter.name, counter.help, counter.labels, registry=self._registry)
            self._counters[counter.name] = made
        (made.labels(**labels) if counter.labels else made).inc(amount)

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        made = self._gauges.get(gauge.name)
        if made is None:
            made = PrometheusGauge(gauge.name, gauge.help, gauge.labels, registry=self._registry)
            self._gauges[gauge.name] = made
        (made.labels(**labels) if gauge.labels else made).set(value)

    def observe(self, histogram: Histogram, value: float, **labels: str) -> None:
        made = self._histograms.get(histogram.name)
        if made is None:
            made = PrometheusHistogram(
                histogram.name,
                histogram.help,
                histogram.labels,
                buckets=histogram.buckets,
                registry=self._registry,
            )
            self._histograms[histogram.name] = made
        (made.labels(**labels) if histogram.labels else made).observe(value)

    def exposition(self) -> bytes:
        return generate_latest(self._registry)
