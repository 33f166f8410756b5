"""Prometheus metrics in a registry of our own, so that two servers in one process do not mix."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client import Counter as PrometheusCounter
from prometheus_client import Gauge as PrometheusGauge
from prometheus_client import Histogram as PrometheusHistogram

from examhall.application.ports.metrics import Counter, Gauge, Histogram


class PrometheusMetrics:
    """Implements `application.ports.metrics.Metrics`.

    known: metrics that are there from the start, so that a dashboard can tell "never" from "not there".
    """

    def __init__(self, known: Iterable[Counter | Gauge | Histogram] = ()) -> None:
        self._registry = CollectorRegistry()
        self._counters: dict[str, PrometheusCounter] = {}
        self._gauges: dict[str, PrometheusGauge] = {}
        self._histograms: dict[str, PrometheusHistogram] = {}
        ProcessCollector(registry=self._registry)
        for one in known:
            if isinstance(one, Counter):
                self._counter(one)
            elif isinstance(one, Gauge):
                self._gauge(one)
            else:
                self._histogram(one)

    def count(self, counter: Counter, amount: float = 1.0, **labels: str) -> None:
        made = self._counter(counter)
        (made.labels(**labels) if counter.labels else made).inc(amount)

    def set(self, gauge: Gauge, value: float, **labels: str) -> None:
        made = self._gauge(gauge)
        (made.labels(**labels) if gauge.labels else made).set(value)

    def observe(self, histogram: Histogram, value: float, **labels: str) -> None:
        made = self._histogram(histogram)
        (made.labels(**labels) if histogram.labels else made).observe(value)

    def exposition(self) -> bytes:
        return generate_latest(self._registry)

    def _counter(self, one: Counter) -> PrometheusCounter:
        if one.name not in self._counters:
            self._counters[one.name] = PrometheusCounter(
                one.name, one.help, one.labels, registry=self._registry
            )
        return self._counters[one.name]

    def _gauge(self, one: Gauge) -> PrometheusGauge:
        if one.name not in self._gauges:
            self._gauges[one.name] = PrometheusGauge(one.name, one.help, one.labels, registry=self._registry)
        return self._gauges[one.name]

    def _histogram(self, one: Histogram) -> PrometheusHistogram:
        if one.name not in self._histograms:
            self._histograms[one.name] = PrometheusHistogram(
                one.name, one.help, one.labels, buckets=one.buckets, registry=self._registry
            )
        return self._histograms[one.name]
