"""A server over FastMCP that wants a sign-in at its own authorization server: `signed_in.py PORT`.

What is told of tokens goes to standard output, a line each. A token of a sign-in lives for seconds, a renewed one
for minutes: so a renewal can be waited for, and what is refused after a revocation has not just lapsed.
"""

import json
import sys

from fastmcp import FastMCP
from fastmcp.server.auth.auth import ClientRegistrationOptions, RevocationOptions
from fastmcp.server.auth.providers import in_memory


class Telling(in_memory.InMemoryOAuthProvider):
    """Tells of each token that is given or taken back."""

    async def exchange_authorization_code(self, client, authorization_code):
        in_memory.DEFAULT_ACCESS_TOKEN_EXPIRY_SECONDS = 6
        given = await super().exchange_authorization_code(client, authorization_code)
        return tell("authorization_code", client, given)

    async def exchange_refresh_token(self, client, refresh_token, scopes):
        in_memory.DEFAULT_ACCESS_TOKEN_EXPIRY_SECONDS = 600
        given = await super().exchange_refresh_token(client, refresh_token, scopes)
        return tell("refresh_token", client, given)

    async def revoke_token(self, token):
        await super().revoke_token(token)
        print(json.dumps({"event": "revoked"}), flush=True)


def tell(event, client, given):
    known = {"client_id": client.client_id, "client_secret": client.client_secret}
    print(json.dumps({"event": event, **known, **given.model_dump()}), flush=True)
    return given


port = int(sys.argv[1])
scopes = ["readable"]
server = FastMCP(
    "signed-in",
    auth=Telling(
        base_url=f"http://127.0.0.1:{port}",
        client_registration_options=ClientRegistrationOptions(
            enabled=True, valid_scopes=scopes
        ),
        revocation_options=RevocationOptions(enabled=True),
        required_scopes=scopes,
    ),
)


@server.tool()
def look() -> str:
    """Looks."""
    return "Seen"


server.run("http", host="127.0.0.1", port=port, show_banner=False)
