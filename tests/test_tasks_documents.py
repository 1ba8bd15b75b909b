"""docs/tasks: every command in them is one that the program takes, and every page leads somewhere.

Lines for systemd, cron and compose are held against share-check.service and compose.yml: the same folders, the same
account, services that are there.
"""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from bot.cli.main import main
from bot.config.settings import secret_names, setting_names

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "tasks").glob("*.md"))
OTHERS = [ROOT / "docs" / "glossary.md", ROOT / "README.md"]
NAMES = [page.name for page in PAGES]
OURS = ("share-check ", ".venv/bin/share-check ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text(encoding="utf-8"))
UNIT = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / "share-check.service").read_text(encoding="utf-8"), re.MULTILINE))
CRON = re.compile(r"^[\d*]+ [\d*]+ [\d*]+ [\d*]+ [\d*]+ (.*)$")
COMPOSE_TAKES = {"up", "ps", "build", "run", "exec", "stop"}
LONGEST = 150
"""Lines: what is longer is not one page. Setting up is the longest job."""


def _blocks(page: Path) -> Iterator[str]:
    """What stands in the page to be typed in a shell, continued lines joined."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines())


def _typed(page: Path) -> list[str]:
    return [line for line in _blocks(page) if line.startswith(OURS)]


def _named(page: Path) -> list[str]:
    """Commands in the middle of a sentence."""
    found = re.findall(r"`((?:\.venv/bin/)?share-check [^`]+)`", page.read_text(encoding="utf-8"))
    return [" ".join(each.split()) for each in found]


def _parse(line: str, *, whole: bool) -> None:
    """Raises click.UsageError where the program would not take it. whole: with everything that it needs."""
    words = shlex.split(line, comments=True)[1:]
    words = words[: next((place for place, word in enumerate(words) if word in {">", "|", "&&"}), len(words))]
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        if found is None:
            message = f"no command {name}"
            raise click.UsageError(message)
        command = found
    try:
        with command.make_context(line, words):
            pass
    except click.exceptions.Exit:
        pass
    except click.MissingParameter:
        if whole:
            raise
    except click.BadParameter as error:
        if "No such file" not in str(error):
            raise
    except click.UsageError as error:
        if whole or "requires an argument" not in str(error):
            raise


def _lines(page: Path) -> Iterator[str]:
    """Whatever is typed or written on this page for other programs: in blocks of any kind, and in sentences."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            yield from (part.strip() for part in re.split(r"&&", _due(line.strip())) if part.strip())
    yield from (
        " ".join(each.split()) for each in re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    )


def _due(line: str) -> str:
    """What cron does, without when."""
    found = CRON.match(line)
    return found[1] if found else line


def _starting(*words: str) -> list[tuple[str, str]]:
    return [(page.name, line) for page in PAGES for line in _lines(page) if line.startswith(words)]


def _compose(line: str) -> None:
    """Raises AssertionError, or click.UsageError, where compose or the program in it would not take this."""
    words = shlex.split(re.split(r"[<>|]", line)[0])[2:]
    verb, *rest = words
    assert verb in COMPOSE_TAKES, line
    named = [word for word in rest if not word.startswith("-")]
    if verb in {"run", "exec"}:
        service, *inside = named[:1] + rest[rest.index(named[0]) + 1 :]
        assert service in COMPOSE["services"], line
        assert ("--rm" in rest and service == "tools") if verb == "run" else service != "tools", line
        ours = inside if verb == "run" else inside[1:]
        assert verb == "run" or inside[0] == "share-check", line
        _parse(shlex.join(["share-check", *ours]), whole=True)
        reached = [volume["target"] for volume in COMPOSE["services"]["tools"]["volumes"] if isinstance(volume, dict)]
        outside = [word for word in ours if word.startswith("/") and not word.startswith(tuple(reached))]
        assert outside == [], line
    else:
        assert set(named) <= set(COMPOSE["services"]), line


def test_every_line_for_compose_names_what_compose_yml_has() -> None:
    """Services, and folders that the container can write to; and what runs inside is a command of ours."""
    found = _starting("docker compose ")
    assert {page for page, _ in found} >= {"keep-it-running.md", "upgrade.md", "back-up-and-restore.md"}
    for _, line in found:
        _compose(line)
    for wrong in ("run --rm tols doctor", "exec one share-check doktor", "run --rm tools backup --to /mnt/backups"):
        with pytest.raises((AssertionError, click.UsageError)):
            _compose(f"docker compose {wrong}")


def test_every_line_for_cron_works_where_the_service_does() -> None:
    """In its folder, as its account, with a command that is taken; else it saves another database, or none."""
    texts = {page.name: page.read_text(encoding="utf-8") for page in PAGES}
    lines = [line for text in texts.values() for line in text.splitlines() if CRON.match(line)]
    assert len(lines) == 2
    for line in lines:
        folder, command = _due(line).split(" && ")
        assert folder == f"cd {UNIT['WorkingDirectory']}"
        if command.startswith("docker"):
            _compose(command)
        else:
            _parse(command.partition(" >")[0], whole=True)
            assert re.findall(r" --to (\S+)", command)[0] in texts["keep-it-running.md"]
    assert f"crontab -u {UNIT['User']} -e" in texts["back-up-and-restore.md"]
    assert not [name for name, text in texts.items() if re.search(r"`crontab (?!-u)", text)]


def test_every_line_for_systemd_is_of_the_unit_that_is_there() -> None:
    """Its name, its account, and no folder that it does not have."""
    for _, line in _starting("systemctl ", "journalctl "):
        assert line == "systemctl daemon-reload" or "share-check" in shlex.split(line)[1:], line
    for _, line in _starting("sudo -u share"):
        words = [word for word in shlex.split(line) if "=" not in word]  # settings may stand before the command
        assert words[2] == UNIT["User"], line
        assert f"{UNIT['WorkingDirectory']}/{words[3]} serve" == UNIT["ExecStart"], line
    assert _starting("sudo -u share")
    roots = (UNIT["WorkingDirectory"], f"/var/lib/{UNIT['StateDirectory']}")
    for page in PAGES:
        places = re.findall(r"(?<![\w.])/(?:srv|etc|var)/[\w./-]*share-check[\w./-]*", page.read_text(encoding="utf-8"))
        assert [place for place in places if not place.startswith((*roots, "/etc/systemd/system/"))] == [], page.name
    for _, line in _starting("cp share-check.service"):
        assert shlex.split(line)[2] == "/etc/systemd/system/"


@pytest.mark.parametrize("ready", ["both", "the first does not", "none starts"])
def test_the_block_that_restarts_one_after_the_other_can_be_pasted(tmp_path: Path, ready: str) -> None:
    """As it stands, with a docker that only notes what it is asked: the second is left alone where the first fails."""
    page = (ROOT / "docs" / "tasks" / "upgrade.md").read_text(encoding="utf-8")
    (block,) = [
        each for each in re.findall(r"^```\n(.*?)^```", page, re.MULTILINE | re.DOTALL) if "docker compose exec" in each
    ]
    fails = {"both": "nothing", "the first does not": "exec one", "none starts": "up .* one"}[ready]
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\necho "$*" >> {tmp_path}/asked\n! echo "$*" | grep -q "{fails}"\n', encoding="utf-8")
    docker.chmod(0o700)
    path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run(["/bin/sh", "-c", block], cwd=tmp_path, env=path, check=False)  # noqa: S603 - the page's words
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert (done.returncode == 0) is (ready == "both")
    assert len(asked) == {"both": 4, "the first does not": 2, "none starts": 1}[ready]
    assert all("--wait" in line for line in asked if "healthy" in line), "one look would say no: it has just started"


def test_every_task_is_named_where_readers_look() -> None:
    """docs/README.md leads to each page, for whoever has that job."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES if f"(tasks/{page.name})" not in text] == []
    jobs = {
        "Safeguarding leads": ("set-cover", "add-a-lead", "work-on-paper"),
        "Who runs it": ("when-it-breaks", "upgrade", "rotate-tokens", "move-to-postgresql", "keep-it-running"),
    }
    for heading, pages in jobs.items():
        part = text.partition(f"## {heading}")[2].partition("\n## ")[0]
        assert [page for page in pages if f"(tasks/{page}.md)" not in part] == []
    set_up = (ROOT / "docs" / "tasks" / "set-up.md").read_text(encoding="utf-8")
    assert "(keep-it-running.md)" in set_up.partition("## Afterwards")[2]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_is_to_be_typed_is_taken_as_it_stands(page: Path) -> None:
    """With its options and all it needs: whoever copies it meets no "no such option"."""
    for line in _typed(page):
        _parse(line, whole=True)
    for line in _named(page):
        _parse(line, whole=False)


def test_a_command_that_is_wrong_would_be_noticed() -> None:
    """The test above can fail."""
    for wrong in ("share-check restor x --verify", "share-check backup --into x", "share-check backup"):
        with pytest.raises(click.UsageError):
            _parse(wrong, whole=True)
    _parse("share-check backup", whole=False)


def test_there_is_something_to_test() -> None:
    """On the pages that whoever runs it needs."""
    with_commands = {page.stem for page in PAGES if _typed(page)}
    assert {
        "keep-it-running",
        "upgrade",
        "move-to-postgresql",
        "rotate-tokens",
        "set-cover",
        "when-it-breaks",
        "work-on-paper",
        "back-up-and-restore",
    } <= with_commands
    assert sum(len(_typed(page)) for page in PAGES) > 25


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=[*NAMES, "glossary.md", "README.md"])
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    """Nobody looks for a line in .env that does nothing."""
    named = set(re.findall(r"\b(?:SHARE_CHECK|SLACK)_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    in_files = {f"{name}_FILE" for name in secret_names()}
    assert named - {*setting_names(), *in_files, "SLACK_CONFIG_TOKEN"} == set()


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=[*NAMES, "glossary.md", "README.md"])
def test_every_link_leads_to_a_file_that_is_there(page: Path) -> None:
    """Also from one page to the next."""
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_job_is_one_page(page: Path) -> None:
    """Short enough to be read before it is done."""
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_the_words_of_the_glossary_stand_in_order() -> None:
    """So that one finds them."""
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)[2:]
    assert rows == sorted(rows, key=str.casefold)
    assert len(rows) > 30


def test_every_word_of_the_glossary_is_used() -> None:
    """A word that stands nowhere else explains nothing."""
    glossary = ROOT / "docs" / "glossary.md"
    rows = re.findall(r"^\| ([^|]+) \|", glossary.read_text(encoding="utf-8"), re.MULTILINE)[2:]
    others = [page for page in (ROOT / "docs").rglob("*.md") if page != glossary]
    code = [path for package in ("bot", "services", "storage") for path in (ROOT / package).rglob("*.py")]
    text = " ".join(path.read_text(encoding="utf-8") for path in (*others, *code)).casefold()
    assert [word for word in rows if word.casefold() not in text] == []
