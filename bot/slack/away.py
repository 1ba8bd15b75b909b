"""Why Slack could not be reached, in a volunteer's words, each with its own fix. No library's text is shown."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from urllib.error import URLError

from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env


@dataclass(frozen=True, slots=True)
class NetworkFault:
    """words: what is the matter. fix: what to do."""

    words: str
    fix: str


PROXY_DOC = "docs/tasks/keep-it-running.md#behind-a-proxy"
UNKNOWN = NetworkFault("Slack did not answer.", "Check the network, and SLACK_API_URL if it is set.")
CERTIFICATE = NetworkFault(
    "Slack's certificate is not one that this machine trusts, so nothing was sent.",
    "If your network opens encrypted traffic, give its certificate in SSL_CERT_FILE: " + PROXY_DOC,
)
PROXY = NetworkFault(
    "The proxy in HTTPS_PROXY does not answer, or does not let share-check through.",
    "Check its address, port, user and password with whoever looks after the network: " + PROXY_DOC,
)
NO_NAME = NetworkFault(
    "This machine cannot find Slack's address: there is no network, or its name server does not answer.",
    "Check the network, and SLACK_API_URL if it is set. If the network has a proxy: " + PROXY_DOC,
)
REFUSED = NetworkFault(
    "The connection to Slack was refused: something on the way lets none out.",
    "Let this machine open connections to slack.com, port 443. If the network has a proxy: " + PROXY_DOC,
)
TOO_LATE = NetworkFault(
    "Slack did not answer in time.",
    "Check the network. If the network lets nothing out without a proxy: " + PROXY_DOC,
)
TOO_MANY = NetworkFault(
    "Slack answers, and asks to wait: share-check, or another program with its token, asked too often (429).",
    "Wait a few minutes. If it goes on, look for another program with the same token.",
)
ITS_OWN = NetworkFault("Slack answers that it has trouble of its own.", "Wait. slack-status.com says more.")


def why(error: BaseException) -> NetworkFault:
    """Return why a call of Slack did not come through, from the error and what caused it."""
    causes = list(_causes(error))
    if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes):
        return CERTIFICATE
    is_proxy = bool(load_http_proxy_from_env()) or any("Tunnel connection failed" in str(each) for each in causes)
    if is_proxy and any(isinstance(each, OSError) for each in causes):
        return PROXY
    for kind, found in ((socket.gaierror, NO_NAME), (ConnectionRefusedError, REFUSED), (TimeoutError, TOO_LATE)):
        if any(isinstance(each, kind) for each in causes):
            return found
    return UNKNOWN


def _causes(error: BaseException) -> list[BaseException]:
    """Return the error, what urllib wraps, and what Python says caused it."""
    found: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in found:
        found.append(following)
        inner = following.reason if isinstance(following, URLError) else None
        following = inner if isinstance(inner, BaseException) else following.__cause__ or following.__context__
    return found
