"""share-check manifest: the Slack app's manifest, to paste into Slack, and the list of what the app may do."""

from __future__ import annotations

import click

from bot.exit_codes import exit_with
from bot.slack.manifest import HTTP_HEAD, SOCKET_MODE, NoAddress, as_yaml, link, over_http, scopes_page


@click.command()
@click.option("--http", "address", help="For SHARE_CHECK_MODE=http: the address under which Slack reaches you.")
@click.option("--link", "as_link", is_flag=True, help="The link that makes the app, with everything filled in.")
@click.option("--scopes", "as_scopes", is_flag=True, help="What the app may do and why: docs/scopes.md.")
def manifest(address: str | None, *, as_link: bool, as_scopes: bool) -> None:
    """Print the manifest of the Slack app, as manifest.yml."""
    try:
        made = over_http(address) if address else SOCKET_MODE
    except NoAddress as error:
        exit_with("printed no manifest", [str(error)])
    if as_scopes:
        click.echo(scopes_page(), nl=False)
    elif as_link:
        click.echo(link(made))
    else:
        click.echo(as_yaml(made, HTTP_HEAD) if address else as_yaml(made), nl=False)
