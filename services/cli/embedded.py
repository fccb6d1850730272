"""What ``plumbline up`` does: migrate, serve, load the sample once, say where to look, and run until told to stop."""

from pathlib import Path

import typer

from services import assembly
from services.cli import issuing, sample
from services.cli.awaiting import caught_up
from services.cli.endpoint import user
from services.cli.first_start import FirstStart
from services.cli.server import Server, remembered, server_config, serving
from shared import typed
from shared.client import Client
from shared.config import Settings
from shared.contracts.views.findings import FindingPage
from shared.contracts.views.nodes import Finding
from shared.contracts.views.score import Score
from shared.http import auth
from shared.scopes import EVERYTHING

_WORST = 10


async def run(settings: Settings, *, with_sample: bool, once: bool) -> None:
    first = FirstStart(settings)
    first.clear()
    await assembly.migrate(settings)
    if with_sample:
        await first.begin()
    server = Server(server_config(assembly.platform(settings), settings))
    async with serving(server, settings) as url:
        with remembered(settings.home, url):
            async with Client(url, auth.mint(settings.issuer_key_path, "local", hours=1)) as client:
                client.means = "apply"
                if with_sample and first.is_to_load:
                    await _load_sample(client, _acting(settings, url), settings.home)
                    first.end()
                await caught_up(client)
                await _report(
                    client, url if once else issuing.address(url, settings.issuer_key_path, user(), [EVERYTHING])
                )
            if not once:
                typer.echo("\nServing until Ctrl-C.", err=True)
                await server.stopped.wait()


def _acting(settings: Settings, url: str) -> sample.As:
    """The home has the issuer's key, so the people of the sample can sign in."""

    def acting(subject: str, scope: str) -> Client:
        client = Client(url, auth.mint(settings.issuer_key_path, subject, [scope]))
        client.means = "apply"
        return client

    return acting


async def _load_sample(client: Client, acting: sample.As, home: Path) -> None:
    report = await sample.load(client, acting)
    typer.echo("Loaded the sample organisation. See it as one of its people:", err=True)
    typer.echo(f"  plumbline sign-in --home {home} --subject {sample.SOMEBODY} --scope '*'", err=True)
    for refusal in report.refused:
        typer.echo(f"Refused: {refusal}", err=True)


async def _report(client: Client, address: str) -> None:
    score = (await typed.read(client, Score, "/alignment/v1/score")).value
    page = (await typed.read(client, FindingPage, "/alignment/v1/findings", limit=200)).value
    number = f"{len(page.items)}{' and more' if page.next_cursor else ''}"
    index = "no subjects yet" if score.index is None else f"{int(score.index)} of 100"
    typer.echo(f"Plumbline runs at {address}")
    typer.echo(f"\nScore: {index}, findings: {number}")
    for finding in page.items[:_WORST]:
        typer.echo(f"  {_line(finding)}")


def _line(finding: Finding) -> str:
    subject = finding.subject
    name = f"{subject.kind}/{subject.key or subject.id}"
    severity = "pending" if finding.pending else finding.severity
    return f"{severity:9}{finding.rule:5}{name:45} {finding.title}"
