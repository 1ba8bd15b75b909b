"""python -m bot is share-check."""

from bot.cli import main

main()
