"""What groups may do, and what is wrong with the settings of sign-in, said before anything is served."""

from pathlib import Path
from typing import Any

import pytest

from services.web.oidc.client import client_of
from services.web.oidc.groups import read_groups
from shared.config import Misconfigured, Settings
from shared.scopes import PEOPLE, is_known
from tests import provider as fake


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "groups.yaml"
    path.write_text(text)
    return path


READING = {"strategy:read", "catalog:read", "roles:read", "alignment:read"}


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("editor", {"roles:write"}),
        ("approver", {"roles:approve"}),
        ("appointer", {"roles:appoint"}),
        ("admin", {each for each in PEOPLE if each.startswith("roles:")}),
    ],
)
def test_a_role_reads_and_may_more(tmp_path: Path, role: str, more: set[str]) -> None:
    groups = read_groups(written(tmp_path, f"groups: [{{group: g, role: {role}, services: [roles]}}]"))
    assert groups.scopes({"g", "others"}) == READING | more
    assert groups.scopes({"G"}) == set()


def test_roles_add_up_and_are_for_all_services_where_none_is_named(tmp_path: Path) -> None:
    text = (
        "groups: [{group: g, role: viewer}, {group: g, role: approver, services: [strategy]}, {group: h, role: admin}]"
    )
    groups = read_groups(written(tmp_path, text))
    assert groups.scopes({"g"}) == {*READING, "strategy:approve"}
    assert groups.scopes({"h"}) == set(PEOPLE)


@pytest.mark.parametrize(
    ("narrow", "more"),
    [
        ("kinds: [process, service]", {"roles:write:process", "catalog:write:service"}),
        ("owned: true", {"strategy:write:owned", "catalog:write:owned", "roles:write:owned"}),
        ("owned: true, services: [roles]", {"roles:write:owned"}),
        ("kinds: [service], owned: true", {"catalog:write:service:owned"}),
    ],
)
def test_what_an_editor_writes_can_be_narrowed(tmp_path: Path, narrow: str, more: set[str]) -> None:
    """To write, and nothing else of it: what is given is known to whoever checks scopes."""
    groups = read_groups(written(tmp_path, f"groups: [{{group: g, role: editor, {narrow}}}]"))
    assert groups.scopes({"g"}) == READING | more
    assert all(is_known(scope) for scope in more)


@pytest.mark.parametrize(
    "scope",
    [
        "catalog:write:process", "catalog:read:service", "catalog:write:link", "catalog:write:",
        "alignment:write:owned", "catalog:write:owned:service", "catalog:write:service:owned:owned",
        "nothing:write:owned", "catalog", "",
    ],
)  # fmt: skip
def test_other_scopes_are_none(scope: str) -> None:
    assert not is_known(scope)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must have one document"),
        ("groups: []\n---\ngroups: []", "must have one document"),
        ("groups: {}", "groups must be a list"),
        ("groups: [{group: g}]", "groups[0].role is missing"),
        (
            "groups: [{group: g, role: viewer}, {group: g, role: edtor}]",
            "groups[1].role must be one of viewer, editor, app",
        ),
        ("groups: [{group: g, role: edtor}]", "did you mean editor?"),
        (
            "groups: [{group: g, role: editor, services: [catalogue]}]",
            "groups[0].services[0] must be one of strategy, cat",
        ),
        ("groups: [{group: g, role: editor, services: []}]", "groups[0].services"),
        ("groups: [{group: g, rolle: editor}]", "groups[0].rolle there is no such member; did you mean role?"),
        ("groups: [{group: g, role: editor, kinds: [proces]}]", "did you mean process?"),
        ("groups: [{group: g, role: editor, kinds: []}]", "groups[0].kinds"),
        ("groups: [{group: g, role: editor, owned: false}]", "groups[0].owned"),
        ("groups: [{group: g, role: approver, kinds: [process]}]", "groups[0] gives kinds to approver"),
        (
            "groups: [{group: g, role: admin, kinds: [process], owned: true}]",
            "groups[0] gives kinds and owned to admin",
        ),
        (
            "groups: [{group: g, role: editor, services: [catalog], kinds: [service, process]}]",
            "groups[0] names process, which none of its services keeps",
        ),
        ("groups: [{group: g, role: viewer, services: [roles]}]", "groups[0] gives services to a viewer"),
        ("groups: [{group: 7, role: editor}]", "groups[0].group must be text"),
        ("groups: [{group: g, group: h, role: editor}]", "line 1"),
        ("groups: [", "cannot be read"),
    ],
)
def test_a_file_is_refused_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(Misconfigured) as refused:
        read_groups(path)
    assert str(refused.value).startswith(f"PLUMBLINE_GROUPS_FILE: {path}")
    assert said in str(refused.value)


def good(tmp_path: Path) -> dict[str, Any]:
    return fake.settings_of(fake.Provider("https://issuer.example/realm", []), tmp_path)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"oidc_issuer": ""}, "PLUMBLINE_OIDC_CLIENT_ID needs PLUMBLINE_OIDC_ISSUER"),
        ({"oidc_client_id": ""}, "PLUMBLINE_OIDC_ISSUER needs PLUMBLINE_OIDC_CLIENT_ID"),
        ({"public_url": "", "groups_file": None}, "needs PLUMBLINE_PUBLIC_URL, PLUMBLINE_GROUPS_FILE"),
        ({"oidc_issuer": "http://issuer.example"}, "PLUMBLINE_OIDC_ISSUER must begin with https://"),
        ({"oidc_issuer": "issuer.example"}, "PLUMBLINE_OIDC_ISSUER must begin with https://"),
        ({"oidc_issuer": "https://issuer.example?tenant=1"}, "PLUMBLINE_OIDC_ISSUER must have no query"),
        ({"oidc_issuer": "https://ada:pw@issuer.example"}, "PLUMBLINE_OIDC_ISSUER must have no user"),
        ({"public_url": "http://plumbline.example"}, "PLUMBLINE_PUBLIC_URL must begin with https://"),
        ({"public_url": "https://plumbline.example/page"}, "PLUMBLINE_PUBLIC_URL must have no path"),
        ({"groups_file": Path("/nowhere/groups.yaml")}, "PLUMBLINE_GROUPS_FILE: /nowhere/groups.yaml cannot be read"),
        (
            {"oidc_client_secret_file": Path("/nowhere/s")},
            "PLUMBLINE_OIDC_CLIENT_SECRET_FILE: /nowhere/s cannot be read",
        ),
    ],
)
def test_settings_are_refused_with_what_is_wrong(tmp_path: Path, other: dict[str, Any], said: str) -> None:
    assert client_of(Settings(**good(tmp_path)))
    with pytest.raises(Misconfigured, match=said):
        client_of(Settings(**{**good(tmp_path), **other}))


def test_without_an_issuer_nothing_is_asked_for() -> None:
    assert client_of(Settings(public_url="https://plumbline.example")) is None


def test_a_secret_is_in_no_text(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hunter2\n")
    client = client_of(Settings(**good(tmp_path), oidc_client_secret_file=file))
    assert client
    assert client.secret == "hunter2"
    assert "hunter2" not in repr(client)


def test_an_address_of_mail_counts_once_it_is_verified(tmp_path: Path) -> None:
    client = client_of(Settings(**good(tmp_path), oidc_subject_claim="email"))
    assert client
    assert client.caller({"email": "ada@a.example", "email_verified": True}).subject == "ada@a.example"
    for verified in ({}, {"email_verified": False}, {"email_verified": "true"}):
        with pytest.raises(Exception, match="not verified"):
            client.caller({"email": "ada@a.example", **verified})
