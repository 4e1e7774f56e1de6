"""Which database is talked to, and which one is not good enough."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from yipan.config.database import find_dsn, get_database_settings, parse_dsn
from yipan.config.database_checks import check_external
from yipan.config.embedded.server import Server
from yipan.config.trouble import Trouble


def test_a_url_becomes_settings() -> None:
    settings = parse_dsn("postgresql://ann:p%40ss@127.0.0.1:5433/stock?application_name=x")

    assert settings == {
        "NAME": "stock",
        "USER": "ann",
        "PASSWORD": "p@ss",
        "HOST": "127.0.0.1",
        "PORT": "5433",
        "OPTIONS": {"application_name": "x"},
    }


def test_a_socket_may_lie_in_a_folder_of_any_name() -> None:
    settings = parse_dsn("postgresql://yipan@/yipan?host=%2Fhome%2F%E4%B8%80%E7%9B%98%20x%2Frun")

    assert settings["HOST"] == "/home/一盘 x/run"


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql://a@db.example.com/x", "verify-full"),
        ("postgresql://a@10.0.0.9/x", "verify-full"),
        ("postgresql://a@db.example.com/x?sslmode=require", "require"),
        ("postgresql://a@localhost/x", None),
        ("postgresql://a@/x?host=/run/postgresql", None),
    ],
)
def test_other_machines_have_to_prove_who_they_are(url: str, mode: str | None) -> None:
    assert parse_dsn(url)["OPTIONS"].get("sslmode") == mode


@pytest.mark.parametrize("url", ["mysql://a@b/c", "nonsense", "postgresql://a:b@[::1/x"])
def test_what_is_no_address_is_one_sentence(url: str) -> None:
    with pytest.raises(Trouble, match="DATABASE_URL is not an address of a PostgreSQL"):
        parse_dsn(url)


def test_the_named_database_comes_before_the_data_home(tmp_path: Path) -> None:
    environment = {"YIPAN_HOME": str(tmp_path)}
    assert find_dsn(environment) is None

    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "dsn").write_text("postgresql://yipan@/yipan", encoding="utf-8")
    (tmp_path / "postgres" / "dsn_app").write_text("postgresql://yipan_app@/", encoding="utf-8")
    assert find_dsn(environment) == "postgresql://yipan@/yipan"
    assert find_dsn({**environment, "YIPAN_DATABASE_ROLE": "app"}) == "postgresql://yipan_app@/"

    environment["DATABASE_URL"] = "postgresql://one@/x"
    assert find_dsn(environment) == "postgresql://one@/x"
    assert find_dsn({**environment, "YIPAN_DATABASE_ROLE": "app"}) == "postgresql://one@/x"

    environment["YIPAN_APP_DATABASE_URL"] = "postgresql://two@/x"
    assert find_dsn(environment) == "postgresql://one@/x"
    assert find_dsn({**environment, "YIPAN_DATABASE_ROLE": "app"}) == "postgresql://two@/x"


def test_processes_that_serve_pool_their_connections() -> None:
    environment = {"DATABASE_URL": "postgresql://one@/x"}
    assert "pool" not in get_database_settings(environment)["OPTIONS"]

    serving = get_database_settings({**environment, "YIPAN_DATABASE_ROLE": "app"})
    assert serving["OPTIONS"]["pool"] == {"min_size": 1, "max_size": 12, "timeout": 5}
    assert serving["CONN_HEALTH_CHECKS"] is True


def test_a_database_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(Trouble) as trouble:
        check_external("postgresql://ann:secret@127.0.0.1:1/x")

    assert str(trouble.value).startswith(
        "The database of DATABASE_URL at 127.0.0.1:1 cannot be reached: "
    )
    assert "secret" not in str(trouble.value)
    assert "\n" not in str(trouble.value)


def test_a_database_that_may_lose_the_books_is_refused(server: Server) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("alter database yipan set synchronous_commit = off")
        try:
            with pytest.raises(Trouble, match="acknowledged postings get lost"):
                check_external(server.dsn)
        finally:
            connection.execute("alter database yipan reset synchronous_commit")


def test_another_isolation_by_default_is_refused(server: Server) -> None:
    with psycopg.connect(server.dsn, autocommit=True) as connection:
        connection.execute("alter database yipan set default_transaction_isolation = serializable")
        try:
            with pytest.raises(Trouble, match="default_transaction_isolation = serializable"):
                check_external(server.dsn)
        finally:
            connection.execute("alter database yipan reset default_transaction_isolation")


def test_a_role_that_may_not_create_tables_is_refused(server: Server) -> None:
    with pytest.raises(Trouble, match="may not create tables"):
        check_external(server.dsn_app)


def test_a_sound_database_is_taken_and_a_superuser_is_remarked(server: Server) -> None:
    assert check_external(server.dsn) == [
        "The role of DATABASE_URL is a superuser; Yipan needs only the database's owner."
    ]
