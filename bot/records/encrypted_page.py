"""A pack as one encrypted HTML file that decrypts itself in the browser for whoever has the passphrase.

AES-256-GCM under a key from the passphrase (PBKDF2-HMAC-SHA256); the page decrypts with the browser's own WebCrypto
and fetches nothing. Until then it shows nothing of what or whom it is about, and its padded length next to nothing.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from string import Template

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

ROUNDS = 600_000
"""Iterations, as OWASP's password storage cheat sheet asks of PBKDF2-HMAC-SHA256."""
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Characters that cannot be mistaken for one another, in writing or on the phone."""
_GROUPS, _GROUP = 5, 4
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_PORTION = 65_536


@dataclass(frozen=True, slots=True)
class File:
    """One file inside. kind: its media type."""

    name: str
    kind: str
    content: bytes


def new_passphrase() -> str:
    """Return a random passphrase: twenty characters in groups of four, 98 bits, beyond brute force."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def sealed(html: str, files: Mapping[str, File], passphrase: str, name: str = "pack") -> bytes:
    """Return the whole encrypted file. html: shown once it is open. files: can be saved from it, by link text.

    name: what the browser calls the page once it is open, and the PDF that it prints.
    """
    inside = {
        "html": html,
        "name": name,
        "files": [
            {"label": label, "name": each.name, "kind": each.kind, "content": b64encode(each.content).decode()}
            for label, each in files.items()
        ],
    }
    text = json.dumps(inside).encode()
    padded = text.ljust(len(text) + -len(text) % _PORTION)
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    key = PBKDF2HMAC(hashes.SHA256(), _KEY_BYTES, salt, ROUNDS).derive(_plain(passphrase))
    parts = {"salt": salt, "nonce": nonce, "content": AESGCM(key).encrypt(nonce, padded, None)}
    held = json.dumps({"rounds": ROUNDS, **{name: b64encode(part).decode() for name, part in parts.items()}})
    script = _SCRIPT.replace("__HELD__", held)
    digest = b64encode(sha256(script.encode()).digest()).decode()
    return _PAGE.substitute(digest=digest, style=_STYLE, script=script).encode()


def _plain(passphrase: str) -> bytes:
    """Normalise a passphrase as typed: case, spaces and hyphens do not matter. The page does the same."""
    return "".join(sign for sign in passphrase.upper() if sign.isalnum()).encode()


_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color: #111; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; border-bottom: 1px solid #999; margin-top: 2rem; }
h3 { font-size: 1rem; margin: 1.2rem 0 0; } .by, dt { color: #555; font-size: .85rem; margin: 0; }
dd { margin: 0 0 .5rem; } .text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .2rem 0 0; }
input { font: inherit; width: 100%; max-width: 22rem; padding: .5rem; letter-spacing: .05em; }
[dir=auto] { unicode-bidi: plaintext; text-align: start; }
button, .save { font: inherit; padding: .5rem 1rem; margin: .5rem .5rem .5rem 0; display: inline-block; }
label { display: block; margin-bottom: .3rem; } article { break-inside: avoid-page; }
@page { size: A4; margin: 18mm; @bottom-center { content: counter(page) " of " counter(pages); font-size: 9pt; } }
@media print { nav { display: none; } body { margin: 0; max-width: none; } }
"""

_SCRIPT = """
'use strict';
const held = __HELD__;
const bytes = text => Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
const say = words => { document.getElementById('said').textContent = words; };

async function opened(passphrase) {
  const typed = passphrase.toUpperCase().replace(/[^\\p{L}\\p{N}]/gu, '');
  const base = await crypto.subtle.importKey('raw', new TextEncoder().encode(typed), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt: bytes(held.salt), iterations: held.rounds };
  const key = await crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['decrypt']);
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: bytes(held.nonce) }, key, bytes(held.content));
  return JSON.parse(new TextDecoder().decode(plain));
}

function show(inside) {
  const bar = document.createElement('nav');
  for (const file of inside.files) {
    const link = document.createElement('a');
    link.className = 'save';
    link.textContent = file.label;
    link.download = file.name;
    link.href = URL.createObjectURL(new Blob([bytes(file.content)], { type: file.kind }));
    bar.append(link);
  }
  const print = document.createElement('button');
  print.textContent = 'Print, or save as a PDF';
  print.addEventListener('click', () => window.print());
  bar.prepend(print);
  document.title = inside.name;
  const page = document.getElementById('page');
  page.innerHTML = inside.html;
  page.prepend(bar);
}

document.getElementById('open').addEventListener('submit', async event => {
  event.preventDefault();
  if (!window.crypto || !crypto.subtle) {
    say('This browser cannot open it. Save the file to your computer and open it with a current browser.');
    return;
  }
  say('Opening. This takes a second.');
  try {
    show(await opened(document.getElementById('passphrase').value));
  } catch {
    say('That passphrase does not open it. Check each group of four and try again.');
  }
});
"""

_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-$digest';
 style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>Protected pack</title>
<style>$style</style>
</head>
<body>
<main id="page">
<h1>Protected pack</h1>
<p>This file is encrypted. It opens with the passphrase that you were given separately.</p>
<form id="open">
<label for="passphrase">Passphrase</label>
<input id="passphrase" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus>
<button>Open</button>
</form>
<p id="said" role="status" aria-live="polite"></p>
</main>
<script>$script</script>
</body>
</html>
""")
