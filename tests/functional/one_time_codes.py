"""What an authenticator app does (RFC 6238), written down a second time, and a client that has one."""

import base64
import hashlib
import hmac
import struct
import time

from alforis_client import API
from firm import PASSWORD

TOTP = f"{API}/me/totp"


def code_of(secret, step=None):
    """The code of a time step, by default of the present one."""
    step = int(time.time()) // 30 if step is None else step
    mac = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), struct.pack(">Q", step), hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def enrol(client, password=PASSWORD):
    """Leaves `secret` and `uri` at the client."""
    shown = client.post(TOTP, {"password": password}).ok()
    client.secret, client.uri = shown["secret"], shown["uri"]


def confirm(client):
    """Leaves the recovery `codes` and the `step` of the code that was used."""
    client.step = int(time.time()) // 30
    client.codes = client.post(f"{TOTP}/confirm", {"code": code_of(client.secret, client.step)}).ok()["recovery_codes"]
