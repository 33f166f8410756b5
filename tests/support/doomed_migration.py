"""A server that is killed in the middle of bringing its database up to date: `python -m support.doomed_migration URL`.

Prints a line once half of the newest steps are done, then stands still.
"""

import asyncio
import sys
import threading

from sqlalchemy import Engine, event

from examhall.adapters.db.engine import Database

HALFWAY = "CREATE TABLE audit_entry"


@event.listens_for(Engine, "after_cursor_execute")
def _stand_still(_: object, __: object, statement: str, *___: object) -> None:
    if HALFWAY in statement:
        sys.stdout.write("halfway\n")
        sys.stdout.flush()
        threading.Event().wait()


asyncio.run(Database(sys.argv[1]).start())
