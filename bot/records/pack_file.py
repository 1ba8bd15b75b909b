"""A pack as one encrypted file, with its passphrase."""

from __future__ import annotations

from bot.records import encrypted_page, export_contents
from bot.records.encrypted_page import File
from bot.records.export_contents import Contents
from storage import export_files
from storage.export_files import Pack


def closed_file(contents: Contents, name: str, entries: str | None = None) -> tuple[Pack, str]:
    """Encrypt a pack; return it and its passphrase. name: of the files inside. entries: compared with the proof."""
    files = {
        "Save the data (JSON)": File(f"{name}.json", "application/json", export_contents.as_json(contents).encode()),
    }
    if entries is not None:
        files["Save the entries"] = File(f"{name}-entries.json", "application/json", entries.encode())
    passphrase = encrypted_page.new_passphrase()
    page = encrypted_page.sealed(export_contents.as_html(contents), files, passphrase, name)
    return Pack(export_files.new_number(), page), passphrase
