"""What is declared is exported, told of in the docs and on the dashboard; what dashboard and alerts read is there."""

import json
import re
import subprocess
import sys
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from examhall.application.ports.all_metrics import declared
from support.live import TOGETHER, live_house, sending

ROOT = Path(__file__).parents[2]
_NAME = re.compile(r"\b(?:examhall|process)_[a-z_]+")


async def exported(tmp_path: Path) -> str:
    """Of a server that has looked at a candidate."""
    async with live_house(tmp_path) as house:
        candidate = await house.live_candidate()
        async with house.wall() as wall, house.page(candidate) as page, house.http() as anybody:
            await page.next("welcome")
            async with sending(page, TOGETHER):
                await wall.next("update", where=lambda m: m["body"]["type"] == "incident")
            await anybody.get("/readyz")
            return (await anybody.get("/metrics")).text


async def test_what_is_declared_is_exported_and_what_is_read_is_there(tmp_path: Path) -> None:
    text = await exported(tmp_path)
    families = {family.name for family in text_string_to_metric_families(text)}
    samples = {sample.name for family in text_string_to_metric_families(text) for sample in family.samples}
    missing = {one.name for one in declared()} - families - {f"{name}_total" for name in families}
    assert not missing
    expressions = re.findall(r"expr: (.*)", (ROOT / "deploy/prometheus/alerts.yml").read_text("utf-8"))
    board = json.loads((ROOT / "deploy/grafana/examhall.json").read_text("utf-8"))
    expressions += [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    assert len(expressions) > 50
    there = families | samples | {f"{name}_{end}" for name in families for end in ("total", "bucket")}
    unknown = {name for one in expressions for name in _NAME.findall(one)} - there
    assert not unknown


async def test_every_stage_between_a_picture_and_the_proctor_is_timed(tmp_path: Path) -> None:
    families = {f.name: f for f in text_string_to_metric_families(await exported(tmp_path))}

    def counted(name: str, **labels: str) -> float:
        return sum(
            sample.value
            for sample in families[name].samples
            if sample.name.endswith("_count") and labels.items() <= sample.labels.items()
        )

    assert counted("examhall_frame_wait_seconds") > 0
    for stage in (
        "queue",
        "decode",
        "faces",
        "heads",
        "identity",
        "objects",
        "quality",
        "thumbnail",
        "total",
    ):
        assert counted("examhall_frame_stage_milliseconds", stage=stage) > 0
    for stage in ("rules", "transaction"):
        assert counted("examhall_turn_milliseconds", stage=stage) > 0
    for use in ("read", "write"):
        assert counted("examhall_database_wait_seconds", use=use) > 0
        assert counted("examhall_database_transaction_seconds", use=use) > 0
    assert counted("examhall_alert_seconds") > 0
    assert counted("examhall_monitor_update_seconds") > 0
    for kind in ("candidate", "monitor"):
        assert counted("examhall_socket_queue_messages", kind=kind) > 0


def test_the_dashboard_and_its_page_are_what_their_script_makes() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "grafana_dashboard.py", "--check"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
