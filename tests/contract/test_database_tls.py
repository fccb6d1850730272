"""The certificate of PostgreSQL is checked, down to the host name, against the authority that is named."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
from sqlalchemy import text

from shared.config import Settings
from shared.errors import Unavailable
from shared.storage.db import Database
from tests import backends
from tests.backends.local_postgres import postgres
from tests.backends.server import Missing

pytestmark = pytest.mark.postgres


class Served(NamedTuple):
    url: str
    ca_file: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    authority, file = trustme.CA(), tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    issued = authority.issue_cert("127.0.0.1")
    try:
        with postgres(certificate=issued.private_key_and_cert_chain_pem.bytes()) as url:
            yield Served(url.format(database="postgres"), file)
    except Missing as reason:
        backends.skip("postgres", reason)


async def encrypted(url: str, ca_file: Path | None) -> bool:
    database = Database(Settings(database_url=url, database_ca_file=ca_file).database("strategy"))
    try:
        async with database.read() as connection:
            asked = await connection.execute(text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
            return bool(asked.scalar_one())
    finally:
        await database.close()


async def test_a_server_that_is_trusted_is_spoken_to_by_tls(server: Served) -> None:
    assert await encrypted(server.url, server.ca_file)


async def test_an_address_may_say_it_in_the_words_of_libpq(server: Served) -> None:
    assert await encrypted(f"{server.url}?sslmode=verify-full&sslrootcert={server.ca_file}", None)
    assert await encrypted(f"{server.url}?sslmode=require", None)
    assert not await encrypted(f"{server.url}?sslmode=disable", None)


@pytest.mark.parametrize("why", ["another authority", "another host", "no authority there"])
async def test_a_server_that_is_not_trusted_is_not_spoken_to(
    server: Served, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("shared.storage.db.log.error", lambda event, **_: told.append(event))
    file = tmp_path / "ca.pem"
    if why == "another authority":
        trustme.CA().cert_pem.write_to_path(str(file))
    url = server.url.replace("127.0.0.1", "localhost") if why == "another host" else server.url
    with pytest.raises(Unavailable):
        await encrypted(url, server.ca_file if why == "another host" else file)
    assert told == ["the database is not trusted"]


async def test_an_authority_that_is_renewed_needs_no_restart(server: Served, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))
    database = Database(Settings(database_url=server.url, database_ca_file=file).database("strategy"))
    try:
        with pytest.raises(Unavailable):
            async with database.read():
                pass
        file.write_bytes(server.ca_file.read_bytes())
        async with database.read() as connection:
            assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
    finally:
        await database.close()


def test_files_have_no_certificates() -> None:
    settings = Settings(database_ca_file=Path("/ca.pem"))
    assert "ssl" not in settings.database("strategy")
