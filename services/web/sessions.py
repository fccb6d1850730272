"""Who has signed in on the page: by a code that works once, or by a provider; then a session that the server can end.

The browser holds a random secret, the database its hash: who reads the database can be nobody, and every replica knows
every session.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from services.web.models import SESSION, SPENT_CODE
from shared import clock
from shared.config import Settings
from shared.contracts import KIND_OWNERS
from shared.errors import Unauthorized
from shared.http.auth import Caller
from shared.http.sign_in import SignInCode, SignInCodes
from shared.storage.db import Database

_SKEW = timedelta(hours=1)
"""A replica whose clock is ahead must not forget a code that another would still take."""


@dataclass(frozen=True)
class Session:
    """``form`` is what every form of the page has to bring back: no other site can know it. ``id_token`` is there where
    a provider has signed in."""

    caller: Caller
    form: str
    id_token: str | None = None

    def check_form(self, given: str) -> bool:
        return hmac.compare_digest(self.form.encode(), given.encode())


@dataclass(frozen=True)
class ByProvider:
    """A sign-in by a provider. ``spent`` names it, so that it begins one session; until ``ends`` it could be tried
    again. ``mark`` is of the provider, ``until`` when it wants the session to have ended, if it says so."""

    caller: Caller
    spent: str
    ends: datetime
    mark: str
    id_token: str
    until: datetime | None = None


def writes(caller: Caller, kind: str) -> bool:
    """Whether somebody may make and change things of a kind, at least what is theirs: whose a thing is, its service
    knows."""
    scope = f"{KIND_OWNERS[kind]}:write"
    return caller.may(scope, kind) or caller.may_own(scope, kind)


class Sessions:
    """``mark`` is that of the provider whose sessions go on; without one, none of any provider does."""

    def __init__(self, settings: Settings, database: Database, mark: str | None = None) -> None:
        self._database = database
        self._mark = mark
        self._codes = SignInCodes(settings.trusted_keys_path)
        self._longest = timedelta(hours=settings.session_hours)

    async def asked(self, text: str) -> SignInCode:
        """Whom a code would sign in, without spending it. Raises Unauthorized if it does not work."""
        code = self._codes.opened(text)
        async with self._database.read() as connection:
            spent = await connection.execute(select(SPENT_CODE.c.id).where(SPENT_CODE.c.id == code.id))
        if spent.first():
            raise Unauthorized("The code has been used.")
        return code

    async def begin(self, text: str) -> str:
        """Spend a code on a new session; returns its secret. Raises Unauthorized, also for the second at once."""
        code = self._codes.opened(text)
        row = {"kid": code.kid, "id_token": None}
        return await self._begin(code.caller, code.id, datetime.fromtimestamp(code.ends, UTC), row)

    async def begin_by(self, signed_in: ByProvider) -> str:
        """The same for whom a provider has signed in."""
        row = {"kid": signed_in.mark, "id_token": signed_in.id_token}
        return await self._begin(signed_in.caller, signed_in.spent, signed_in.ends, row, signed_in.until)

    async def _begin(
        self,
        caller: Caller,
        spent: str,
        ends: datetime,
        row: Mapping[str, str | None],
        until: datetime | None = None,
    ) -> str:
        now, secret = clock.now(), secrets.token_urlsafe(32)
        session = {
            "id": _hashed(secret),
            "subject": caller.subject,
            "scopes": " ".join(sorted(caller.scopes)),
            "began_at": now,
            "ends_at": min(now + self._longest, until or datetime.max.replace(tzinfo=UTC)),
            **row,
        }
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(SPENT_CODE).values(id=spent, ends_at=ends + _SKEW))
                await connection.execute(insert(SESSION).values(session))
                for table in (SPENT_CODE, SESSION):
                    await connection.execute(delete(table).where(table.c.ends_at < now))
        except IntegrityError:
            raise Unauthorized("The code has been used.") from None
        return secret

    async def find(self, secret: str | None) -> Session | None:
        """The session of a secret, unless it has ended, or what it began by counts no longer: a key, or a provider."""
        if not secret:
            return None
        query = select(SESSION).where(SESSION.c.id == _hashed(secret), SESSION.c.ends_at > clock.now())
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None or not (row.kid == self._mark if row.id_token else self._codes.trusts(row.kid)):
            return None
        return Session(Caller(row.subject, frozenset(row.scopes.split())), form_of(secret), row.id_token)

    async def end(self, secret: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(SESSION).where(SESSION.c.id == _hashed(secret)))


def form_of(secret: str) -> str:
    """Follows from the secret, which only the browser has, and gives nothing of it away."""
    return sha256(f"form:{secret}".encode()).hexdigest()


def _hashed(secret: str) -> str:
    return sha256(f"session:{secret}".encode()).hexdigest()
