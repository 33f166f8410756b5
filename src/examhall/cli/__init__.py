"""The command line: one module for each verb, put together here."""

import typer

from examhall.cli.admin_link import admin_link
from examhall.cli.analyze import analyze
from examhall.cli.backup import backup, restore
from examhall.cli.demo import demo
from examhall.cli.doctor import doctor
from examhall.cli.export_openapi import export_openapi
from examhall.cli.keys import keys_app
from examhall.cli.models import models_app
from examhall.cli.plan import plan
from examhall.cli.purge import purge
from examhall.cli.recording import recording
from examhall.cli.records import export, verify
from examhall.cli.replay import replay
from examhall.cli.serve import serve
from examhall.cli.simulate import simulate

app = typer.Typer(name="examhall", no_args_is_help=True, add_completion=False, help="Live proctored exams.")
app.command("serve")(serve)
app.command("demo")(demo)
app.command("simulate")(simulate)
app.command("admin-link")(admin_link)
app.command("doctor")(doctor)
app.command("export-openapi")(export_openapi)
app.command("analyze")(analyze)
app.command("plan")(plan)
app.command("replay")(replay)
app.command("export")(export)
app.command("recording")(recording)
app.command("verify")(verify)
app.command("purge")(purge)
app.command("backup")(backup)
app.command("restore")(restore)
app.add_typer(models_app, name="models")
app.add_typer(keys_app, name="keys")
