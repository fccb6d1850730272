"""What ``plumbline up`` does: migrate, serve, load the sample once, say where to look, and run until told to stop."""

import asyncio

import typer

from services import assembly
from services.cli import issuing, sample
from services.cli.endpoint import user
from services.cli.server import Server, remembered, server_config, serving
from shared import typed
from shared.client import Client
from shared.config import Settings
from shared.contracts import OWNERS
from shared.contracts.views.findings import FindingPage
from shared.contracts.views.nodes import Finding
from shared.contracts.views.score import Score
from shared.contracts.views.status import Status
from shared.http import auth

_PATIENCE_SECONDS = 60
_WORST = 10


async def run(settings: Settings, *, with_sample: bool, once: bool) -> None:
    await assembly.migrate(settings)
    server = Server(server_config(assembly.platform(settings), settings))
    async with serving(server, settings) as url:
        with remembered(settings.home, url):
            async with Client(url, auth.mint(settings.issuer_key_path, "local", hours=1)) as client:
                if with_sample and not await _has_entities(client):
                    await _load_sample(client, _acting(settings, url))
                await _caught_up(client)
                await _report(client, url if once else issuing.address(url, settings.issuer_key_path, user(), []))
            if not once:
                typer.echo("\nServing until Ctrl-C.", err=True)
                await server.stopped.wait()


async def _has_entities(client: Client) -> bool:
    heads = [(await client.changes(service, 0, 1))["head"]["position"] for service in OWNERS]
    return any(heads)


def _acting(settings: Settings, url: str) -> sample.As:
    """The home has the issuer's key, so the people of the sample can sign in."""
    return lambda subject, scope: Client(url, auth.mint(settings.issuer_key_path, subject, [scope]))


async def _load_sample(client: Client, acting: sample.As) -> None:
    if not sample.SAMPLE.is_dir():
        typer.echo("The sample organisation is not installed here.", err=True)
        return
    report = await sample.load(client, acting)
    typer.echo(f"Loaded the sample organisation: {report.count('created')} entities and links.", err=True)
    for refusal in report.refused:
        typer.echo(f"Refused: {refusal}", err=True)


async def _caught_up(client: Client) -> None:
    """Until the view covers everything that was written before."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        heads = await asyncio.gather(*(_drained(client, service) for service in OWNERS))
        while True:
            positions = (await typed.read(client, Status, "/alignment/v1/status")).value.positions
            if all(positions.get(service, -1) >= head for service, head in zip(OWNERS, heads, strict=True)):
                return
            await asyncio.sleep(0.02)


async def _drained(client: Client, service: str) -> int:
    """The position of a service's head once it has moved on in time and not in position: nothing waits behind it."""
    before = (await client.changes(service, 0, 1))["head"]
    while True:
        await asyncio.sleep(0.02)
        head = (await client.changes(service, 0, 1))["head"]
        if head["recorded_until"] > before["recorded_until"]:
            if head["position"] == before["position"]:
                position: int = head["position"]
                return position
            before = head


async def _report(client: Client, address: str) -> None:
    score = (await typed.read(client, Score, "/alignment/v1/score")).value
    found = (await typed.read(client, FindingPage, "/alignment/v1/findings", limit=200)).value.items
    index = "no subjects yet" if score.index is None else f"{int(score.index)} of 100"
    typer.echo(f"Plumbline runs at {address}")
    typer.echo(f"\nScore: {index}, findings: {len(found)}")
    for finding in found[:_WORST]:
        typer.echo(f"  {_line(finding)}")


def _line(finding: Finding) -> str:
    subject = finding.subject
    name = f"{subject.kind}/{subject.key or subject.id}"
    severity = "pending" if finding.pending else finding.severity
    return f"{severity:9}{finding.rule:5}{name:45} {finding.title}"
