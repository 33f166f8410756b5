"""What each stored field is, for how long it is kept and who sees it. docs/privacy.md is made from this."""

from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from sqlalchemy import Column, MetaData


class Privacy(StrEnum):
    """The class of a column, declared with `info=`; a test refuses a column without one."""

    ACCOUNT = "account"
    ROSTER = "roster"
    RECORD = "record"
    EVIDENCE = "evidence"
    BIOMETRIC = "biometric"
    SECRET = "secret"  # noqa: S105 - the class of hashed credentials
    EXAM = "exam"
    FRAME = "frame"
    WORKING = "working"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Retention:
    what: str
    kept: str
    seen_by: str


RETENTION: dict[Privacy, Retention] = {
    Privacy.ACCOUNT: Retention(
        "names, addresses and roles of staff", "while the account exists", "administrators; names: staff"
    ),
    Privacy.ROSTER: Retention(
        "name, address and reference of a candidate",
        "`retention_days` after the exam closes",
        "staff of the exam",
    ),
    Privacy.RECORD: Retention(
        "what was observed, said, decided and why",
        "`retention_days` after the attempt is over",
        "staff of the exam; the candidate on request",
    ),
    Privacy.EVIDENCE: Retention(
        "pictures and sound around incidents, and the recording where the policy has one, sealed",
        "`retention_days` after the attempt is over",
        "staff of the exam; the candidate on request",
    ),
    Privacy.BIOMETRIC: Retention(
        "the enrolled face as 128 numbers and the roster photo, sealed",
        "`identity_retention_hours` after the attempt is over",
        "nobody",
    ),
    Privacy.SECRET: Retention("SHA-256 or argon2id of credentials", "until they expire", "nobody"),
    Privacy.EXAM: Retention(
        "what is sat and under which policy; nothing about candidates",
        "while the exam exists",
        "staff of the exam",
    ),
    Privacy.FRAME: Retention(
        "ids, times, states, counts and hashes that the rest hangs on and the chain is checked with",
        "with the exam",
        "staff of the exam",
    ),
    Privacy.WORKING: Retention(
        "what the server needs to run; about nobody", "a week, or until it expires", "nobody"
    ),
    Privacy.AUDIT: Retention(
        "what staff did, when, from which address and why; candidates by id only",
        "`EXAMHALL_AUDIT_DAYS` (400)",
        "administrators",
    ),
}


def class_of(column: Column[object]) -> Privacy | None:
    """None: not declared."""
    return cast("Privacy | None", column.info.get("privacy"))


def privacy_table(metadata: MetaData) -> str:
    """The two tables of docs/privacy.md, Markdown."""
    lines = ["| class | what | kept | who sees it |", "|---|---|---|---|"]
    lines += [f"| {p} | {r.what} | {r.kept} | {r.seen_by} |" for p, r in RETENTION.items()]
    lines += ["", "| table | class | fields |", "|---|---|---|"]
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        for privacy in Privacy:
            names = [f"`{c.name}`" for c in table.columns if class_of(c) is privacy]
            if names:
                lines.append(f"| {table.name} | {privacy} | {', '.join(names)} |")
    return "\n".join(lines) + "\n"
