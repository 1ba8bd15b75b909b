"""Run `python -m bot` as the command share-check."""

from bot.cli.main import main

main()
