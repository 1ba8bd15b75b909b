"""The command line of share-check.

A command's module is imported when the command is used, so each loads only what it needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pkgutil import resolve_name

import click


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """An entry in the list of commands.

    where: "module:attribute". help: the first sentence of the command's help, so that the list imports no command.
    """

    where: str
    help: str


COMMANDS = {
    "backup": CommandEntry("bot.cli.backup:backup", "Make a backup of the database, while the bot runs, and prove it."),
    "checklist": CommandEntry("bot.cli.checklist:checklist", "Print the checklist, or prove it."),
    "decide": CommandEntry("bot.cli.decide:decide", "Say what a sheet of answers comes to."),
    "demo": CommandEntry("bot.cli.demo:demo", "Run the real bot in a workspace in your browser, without Slack."),
    "digest": CommandEntry("bot.cli.digest:digest", "Show the weekly digests, or write the board's summary."),
    "doctor": CommandEntry("bot.cli.doctor:doctor", "Check whether everything works, worst first, each with its fix."),
    "drill": CommandEntry("bot.cli.drill:drill", "Start a practice page."),
    "enter-paper": CommandEntry("bot.cli.enter_paper:enter_paper", "Enter a sheet that was filled in on paper."),
    "export-proof": CommandEntry("bot.cli.record:export_proof", "Write the record's proof, for docs/verify.py."),
    "grants": CommandEntry(
        "bot.cli.move:grants",
        "Print the SQL that lets an account of PostgreSQL run the bot, without changing what is in the record.",
    ),
    "healthy": CommandEntry("bot.cli.healthy:healthy", "Ask the running bot whether it works."),
    "init": CommandEntry("bot.cli.init.command:init", "Set share-check up: write organisation.toml and .env."),
    "keys": CommandEntry("bot.cli.keys:keys", "Make, check and change the keys that records are sealed with."),
    "manifest": CommandEntry("bot.cli.manifest:manifest", "Print the manifest of the Slack app, as manifest.yml."),
    "migrate": CommandEntry("bot.cli.move:migrate", "Make the tables, or bring them to this version."),
    "move": CommandEntry("bot.cli.move:move", "Copy all of it to another database, and prove that it arrived."),
    "pack": CommandEntry("bot.cli.pack:pack", "Write out the pack with this NUMBER, which a lead tells you."),
    "restore": CommandEntry("bot.cli.backup:restore", "Prove a backup, or restore it."),
    "retention": CommandEntry("bot.cli.retention:retention", "Say what is due for deletion, or what was erased."),
    "seal": CommandEntry("bot.cli.record:seal", "Seal what is in the record now, and print the seal."),
    "serve": CommandEntry("bot.cli.serve:serve", "Run the bot."),
    "verify": CommandEntry("bot.cli.record:verify", "Check the record: the database, or a proof exported from it."),
}
ENDS = "How a command ends: 0 done, 1 the answer is no, 2 something must be put right first, 3 not now: try again."


class LoadedOnUse(MutableMapping[str, click.Command]):
    """Commands by name, imported when they are looked up."""

    def __init__(self, entries: Mapping[str, CommandEntry]) -> None:
        self.entries = entries
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            self._loaded[name] = resolve_name(self.entries[name].where)
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __contains__(self, name: object) -> bool:
        return name in self.entries


class LazyGroup(click.Group):
    """A click group that lists its commands from a table, without importing them."""

    def __init__(self, entries: Mapping[str, CommandEntry], help: str, epilog: str) -> None:  # noqa: A002 - click's own name
        super().__init__("share-check", LoadedOnUse(entries), help=help, epilog=epilog)
        self.entries = entries

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in sorted(self.entries.items())])


main = click.version_option(package_name="share-check")(
    LazyGroup(COMMANDS, "Social Sense's Information Sharing Checklist as a conversation in Slack.", ENDS)
)
