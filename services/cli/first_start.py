"""How far the first start of an embedded platform has come: what was interrupted, the next start makes up for."""

import typer

from services.cli import year
from services.cli.sample import SAMPLE
from shared import clock
from shared.config import APPLICATIONS, Settings

_MARK = "first-start"
_PLAYING, _LOADING = "playing", "loading"
_FILES = [f"{name}.sqlite{part}" for name in (*APPLICATIONS, "events") for part in ("", "-wal", "-shm", "-journal")]


class FirstStart:
    """A file in the home is there from its beginning to its end, and says what is being done."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._mark = settings.home / _MARK

    @property
    def is_to_load(self) -> bool:
        """Whether the sample organisation is to be loaded, or the rest of it."""
        return self._mark.is_file() and self._mark.read_text() == _LOADING

    def clear(self) -> None:
        """Delete databases in which a year is not played to its end: nobody has been served from them."""
        if not self._mark.is_file() or self.is_to_load:
            return
        typer.echo("The first start was interrupted: it begins again.", err=True)
        for name in _FILES:
            (self._settings.home / name).unlink(missing_ok=True)
        self._mark.unlink()

    async def begin(self) -> None:
        """Where nothing has been recorded, the last year of the sample organisation is now. A platform with databases
        or a bus elsewhere gets no past: their clock is not this one, nor is it ours to delete what they have."""
        if not SAMPLE.is_dir():
            typer.echo("The sample organisation is not installed here.", err=True)
            return
        if not await year.is_unused(self._settings):
            return
        if self._settings.is_all_in_home:
            self._mark.write_text(_PLAYING)
            typer.echo("Playing the last year of the sample organisation.", err=True)
            now = clock.now()
            await year.begin(self._settings, now)
            await year.play(self._settings, now, SAMPLE)
        self._mark.write_text(_LOADING)

    def end(self) -> None:
        self._mark.unlink(missing_ok=True)
