"""python -m bot is share-check."""

from bot.cli.main import main

main()
