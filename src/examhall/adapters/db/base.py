"""What every table has: the names of its constraints, how whole numbers are stored, the classes of its columns."""

from typing import ClassVar

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeEngine

from examhall.adapters.db.privacy import Privacy

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# The class of every column: how long it is kept and who sees it is in privacy.py.
ACCOUNT = {"privacy": Privacy.ACCOUNT}
ROSTER = {"privacy": Privacy.ROSTER}
RECORD = {"privacy": Privacy.RECORD}
EVIDENCE = {"privacy": Privacy.EVIDENCE}
BIOMETRIC = {"privacy": Privacy.BIOMETRIC}
SECRET = {"privacy": Privacy.SECRET}
EXAM = {"privacy": Privacy.EXAM}
FRAME = {"privacy": Privacy.FRAME}
WORKING = {"privacy": Privacy.WORKING}
AUDIT = {"privacy": Privacy.AUDIT}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[type, TypeEngine[int]]] = {
        int: BigInteger().with_variant(Integer, "sqlite")
    }
