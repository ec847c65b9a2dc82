"""An enrolment code as a person or a camera hands it over."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.problems import Problem
from shared.wire.v1.checks import is_hash

SCHEME = "kiemkhoang:"
# Crockford's base 32 (crockford.com/base32.html) has neither O nor I nor L: whoever writes one means the digit.
_MEANT = str.maketrans("OIL", "011")
_CODE = re.compile(r"[0-9A-Z]{4,64}", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PATH = re.compile(r"[\w/.~%-]*", re.ASCII)
MOST_HOST = 253


@dataclass(frozen=True, slots=True)
class Invitation:
    """`server`: up to and without `/api/v1`, and `key`: id of the server key to believe (hex SHA-256 of its SPKI),
    where the QR named them; None for a code that was typed."""

    code: str
    server: str | None
    key: str | None


def read_invitation(text: str) -> Invitation:
    """`kiemkhoang:<server>#<code>[.<key id>]`, or a bare code in any writing: spaces, dashes, lower case, O for 0.
    Problem `invitation_invalid`, also for an address that would send the code in the clear through the world."""
    text = text.strip()
    if not names_server(text):
        return Invitation(_code(text), None, None)
    server, found, rest = text[len(SCHEME) :].partition("#")
    code, named, key = rest.partition(".")
    if not found or (named and not is_hash(key.lower())):
        raise Problem("invitation_invalid")
    return Invitation(_code(code), _server(server), key.lower() or None)


def names_server(text: str) -> bool:
    """Whether it is the text of a QR, which brings its own address."""
    return text.strip()[: len(SCHEME)].lower() == SCHEME


def read_server(text: str) -> str:
    """An address as a person writes it: `host`, `host:port` or a whole one, with or without `/api/v1`; without a scheme
    it is https. Problem `server_missing`, `server_address_invalid`, `server_not_https`."""
    text = text.strip()
    if not text:
        raise Problem("server_missing")
    whole = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(whole)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Problem("server_address_invalid") from error
    told = "@" in parts.netloc or "?" in whole or "#" in whole or port == 0 or parts.netloc.endswith(":")
    if told or parts.scheme not in ("https", "http") or not _is_host(host) or not _PATH.fullmatch(parts.path):
        raise Problem("server_address_invalid")
    if parts.scheme == "http" and not _is_near(host):
        raise Problem("server_not_https")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/').removesuffix('/api/v1')}"


def _is_host(text: str) -> bool:
    """A name (RFC 1123; what is not Latin in it as punycode), or an address of four numbers or in brackets."""
    if re.fullmatch(r"[0-9.]+", text) or ":" in text:
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return False
        return True
    return len(text) <= MOST_HOST and all(_LABEL.fullmatch(part) for part in text.split("."))


def _code(text: str) -> str:
    code = re.sub(r"[\s\-‐‑‒–—.]", "", text).upper().translate(_MEANT)
    if not _CODE.fullmatch(code):
        raise Problem("invitation_invalid")
    return code


def _server(text: str) -> str:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise Problem("invitation_invalid") from error
    told = parts.username or parts.password or parts.query or parts.fragment or port == 0
    if told or not host or not (parts.scheme == "https" or (parts.scheme == "http" and _is_near(host))):
        raise Problem("invitation_invalid")
    return text.rstrip("/")


def _is_near(host: str) -> bool:
    """This machine or its own network, where a set-up without certificates is tried."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False  # a name: somewhere in the world
