"""A pack as one encrypted file, with its passphrase."""

from __future__ import annotations

from bot.records import encrypted_page, export_contents
from bot.records.encrypted_page import File
from bot.records.export_contents import Contents
from storage import export_files
from storage.export_files import Pack


def closed_file(contents: Contents, name: str, entries: str | None = None) -> tuple[Pack, str]:
    """Encrypt a pack; return it and its passphrase. name: of the files inside. entries: compared with the proof."""
    from bot.records import export_pdf  # noqa: PLC0415 - loads fonts' libraries, which no start need wait for

    files = {
        "Save the PDF": File(f"{name}.pdf", "application/pdf", export_pdf.as_pdf(contents)),
        "Save the data (JSON)": File(f"{name}.json", "application/json", export_contents.as_json(contents).encode()),
    }
    if entries is not None:
        files["Save the entries"] = File(f"{name}-entries.json", "application/json", entries.encode())
    passphrase = encrypted_page.new_passphrase()
    return Pack(
        export_files.new_number(), encrypted_page.sealed(export_contents.as_html(contents), files, passphrase)
    ), passphrase
