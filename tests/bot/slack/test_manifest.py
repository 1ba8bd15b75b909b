"""The manifest: one source for everything that is pasted into Slack, and no scope without a reason and a use."""

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft7Validator

from bot.cli.main import main
from bot.slack import manifest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = json.loads((ROOT / "tests" / "data" / "manifest.schema.json").read_text(encoding="utf-8"))
METHODS = json.loads((ROOT / "sandbox" / "wire" / "methods.json").read_text(encoding="utf-8"))
PRIVATE_CHANNELS = {"conversations.info", "conversations.members"}
"""Slack ties their scope to the kind of channel; the leads' is private."""


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _printed(*words: str) -> str:
    result = CliRunner().invoke(main, ["manifest", *words])
    assert result.exit_code == 0, result.output
    return result.output


def _linked(page: str) -> list[object]:
    """The manifests in the links of a page."""
    links = re.findall(r"\((https://api\.slack\.com/apps\?[^)\s]+)\)", _text(page))
    return [json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0]) for link in links]


def _called() -> set[str]:
    """Web API methods that the code of bot/ calls, by Slack's names."""
    names: set[str] = set()
    for file in (ROOT / "bot").rglob("*.py"):
        text = file.read_text(encoding="utf-8")
        names |= set(re.findall(r"client\.([a-z]+_[A-Za-z_]+)\b", text))
        names |= {name.replace(".", "_") for name in re.findall(r'client\.api_call,? ?\(?"([a-zA-Z.]+)"', text)}
    return {name.replace("_", ".") for name in names - {"api_call"}} & set(METHODS)


def test_the_file_to_paste_is_the_source() -> None:
    """manifest.yml, as a person reads it and as a machine does."""
    assert _text("manifest.yml") == _printed()
    assert yaml.safe_load(_text("manifest.yml")) == manifest.SOCKET_MODE


def test_the_file_for_http_is_the_source() -> None:
    """The same app, where Slack calls us."""
    assert _text("manifest-http.yml") == _printed("--http", manifest.HTTP_ADDRESS)
    found = yaml.safe_load(_text("manifest-http.yml"))
    assert found == manifest.over_http(manifest.HTTP_ADDRESS)
    assert found["oauth_config"] == manifest.SOCKET_MODE["oauth_config"]
    assert found["settings"]["socket_mode_enabled"] is False
    addresses = re.findall(r"url: (\S+)", _text("manifest-http.yml"))
    assert addresses == [manifest.HTTP_ADDRESS + manifest.HTTP_PATH] * 3


@pytest.mark.parametrize("page", ["README.md", "docs/tasks/set-up.md"])
def test_the_link_makes_the_same_app(page: str) -> None:
    """One press, and Slack's form holds what manifest.yml says."""
    assert _linked(page) == [manifest.SOCKET_MODE]
    assert manifest.link() == _printed("--link").strip()


@pytest.mark.parametrize("made", [manifest.SOCKET_MODE, manifest.over_http("https://bot.example.org")])
def test_slacks_own_schema_has_nothing_against_it(made: dict[str, object]) -> None:
    """Both variants can be pasted as they are."""
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(made)] == []


def test_the_page_about_scopes_is_the_source() -> None:
    """Whoever approves the app reads what the code uses."""
    assert _text("docs/scopes.md") == _printed("--scopes")


def test_every_scope_has_a_reason_and_is_needed_by_what_is_called() -> None:
    """Nothing is granted that nothing uses, and nothing is called without its scope."""
    called = _called()
    assert {"auth.test", "chat.postMessage", "users.info", "conversations.members", "blocks.validate"} <= called
    for scope in manifest.SCOPES:
        assert scope.why.endswith(".")
        needed_by = {method for method in called if scope.name in METHODS[method]["scopes"]}
        needed_by |= called & PRIVATE_CHANNELS if scope.name == "groups:read" else set()
        assert set(scope.methods) == needed_by, scope.name
    with_scope = {method for scope in manifest.SCOPES for method in scope.methods}
    assert called - with_scope == set(manifest.NEEDS_NO_SCOPE)
    without = {method for method in manifest.NEEDS_NO_SCOPE if METHODS[method]["caller"] == "bot"}
    assert not any(METHODS[method]["scopes"] for method in without)
    unused = [scope.name for scope in manifest.SCOPES if not scope.methods]
    assert unused == ["commands"]
    assert manifest.SOCKET_MODE["features"]["slash_commands"]


@pytest.mark.parametrize(
    "address", ["http://bot.example.org", "bot.example.org", "https://", "https://e.org/slack", ""]
)
def test_an_address_that_slack_cannot_call_is_refused(address: str) -> None:
    """Said before anything is pasted."""
    with pytest.raises(manifest.NoAddress, match=r"Write it like https://"):
        manifest.over_http(address)
    if address:
        result = CliRunner().invoke(main, ["manifest", "--http", address])
        assert (result.exit_code, "Write it like" in result.output) == (2, True)
