"""Who has signed in on the page: a code that works once, and then a session that the server can end.

The browser holds a random secret, the database its hash: who reads the database can be nobody, and every replica knows
every session.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from services.web.models import SESSION, SPENT_CODE
from shared import clock
from shared.config import Settings
from shared.errors import Unauthorized
from shared.http.auth import Caller
from shared.http.sign_in import SignInCode, SignInCodes
from shared.storage.db import Database

_SKEW = timedelta(hours=1)
"""A replica whose clock is ahead must not forget a code that another would still take."""


@dataclass(frozen=True)
class Session:
    """``form`` is what every form of the page has to bring back: no other site can know it."""

    caller: Caller
    form: str

    def check_form(self, given: str) -> bool:
        return hmac.compare_digest(self.form.encode(), given.encode())


class Sessions:
    def __init__(self, settings: Settings, database: Database) -> None:
        self._database = database
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
        code, now, secret = self._codes.opened(text), clock.now(), secrets.token_urlsafe(32)
        ends = datetime.fromtimestamp(code.ends, UTC) + _SKEW
        row = {
            "id": _hashed(secret),
            "subject": code.caller.subject,
            "scopes": " ".join(sorted(code.caller.scopes)),
            "kid": code.kid,
            "began_at": now,
            "ends_at": now + self._longest,
        }
        try:
            async with self._database.write() as connection:
                await connection.execute(insert(SPENT_CODE).values(id=code.id, ends_at=ends))
                await connection.execute(insert(SESSION).values(row))
                for table in (SPENT_CODE, SESSION):
                    await connection.execute(delete(table).where(table.c.ends_at < now))
        except IntegrityError:
            raise Unauthorized("The code has been used.") from None
        return secret

    async def find(self, secret: str | None) -> Session | None:
        """The session of a secret, unless it has ended, or the key has been withdrawn by which it began."""
        if not secret:
            return None
        query = select(SESSION).where(SESSION.c.id == _hashed(secret), SESSION.c.ends_at > clock.now())
        async with self._database.read() as connection:
            row = (await connection.execute(query)).first()
        if row is None or not self._codes.trusts(row.kid):
            return None
        return Session(Caller(row.subject, frozenset(row.scopes.split())), form_of(secret))

    async def end(self, secret: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(delete(SESSION).where(SESSION.c.id == _hashed(secret)))


def form_of(secret: str) -> str:
    """Follows from the secret, which only the browser has, and gives nothing of it away."""
    return sha256(f"form:{secret}".encode()).hexdigest()


def _hashed(secret: str) -> str:
    return sha256(f"session:{secret}".encode()).hexdigest()
