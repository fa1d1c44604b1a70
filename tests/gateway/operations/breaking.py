"""A gateway's database that is full, or that an older program made."""

from alembic import command
from sqlalchemy import text

from gateway.store.database import migration_config
from tests.gateway.operations.conftest import House


def break_it(house: House, table: str, event: str) -> None:
    """Let the database refuse a kind of write, as when it is full."""
    with house.gateway.database.write() as conn:
        if house.gateway.database.dialect_name == "postgresql":
            conn.exec_driver_sql(
                "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$"
            )
            conn.exec_driver_sql(
                f"CREATE TRIGGER full_up BEFORE {event} ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION full_up()"
            )
        else:
            conn.exec_driver_sql(
                f"CREATE TRIGGER full_up BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )


def mend(house: House) -> None:
    """Let it write again."""
    with house.gateway.database.write() as conn:
        if house.gateway.database.dialect_name == "postgresql":
            conn.exec_driver_sql("DROP FUNCTION full_up() CASCADE")
        else:
            conn.exec_driver_sql("DROP TRIGGER full_up")


def back_to_old_tables(house: House) -> None:
    """Give the database the form of an older program."""
    with house.gateway.database.engine.connect() as conn:
        sqlite = conn.dialect.name == "sqlite"
        raw = conn.connection.dbapi_connection
        assert raw is not None
        if sqlite:  # tables are made anew there; within a transaction this would do nothing
            raw.cursor().execute("PRAGMA foreign_keys=OFF")
        command.downgrade(migration_config(conn), "0005")
        conn.commit()
        if sqlite:
            raw.cursor().execute("PRAGMA foreign_keys=ON")


def upgraded(house: House) -> None:
    """Let an older program's database be taken over by this one, signatures and all."""
    with house.gateway.database.write() as conn:
        approved = conn.exec_driver_sql("SELECT signature, review_id, person FROM approval").all()
        chain = conn.exec_driver_sql("SELECT signature, seq FROM audit").all()
    back_to_old_tables(house)
    house.gateway.database.migrate()
    # The old program signed as the new one does: only the tables' form is older.
    by_person = text("UPDATE approval SET signature = :s WHERE review_id = :r AND person = :p")
    by_number = text("UPDATE audit SET signature = :s WHERE seq = :n")
    with house.gateway.database.write() as conn:
        for signature, review_id, person in approved:
            conn.execute(by_person, {"s": signature, "r": review_id, "p": person})
        for signature, seq in chain:
            conn.execute(by_number, {"s": signature, "n": seq})
