"""SQLAlchemy 2 async: tables, repositories, migrations."""
