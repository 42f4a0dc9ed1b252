"""Processor time per call of the official clients, used as their own first examples use them.

Arguments: platform, address of the server. One JSON object a line on standard output: the call and its
milliseconds of user and system time in this process. Imports, making the client and the first calls do
not count; what is made anew for every call does.
"""

import asyncio
import json
import sys
import time

KEY = "test-key"
CONNECTOR = "5f0c1e00-0000-4000-8000-000000000000"
QUESTION = {"q": "how to file expenses", "n": 10, "filter": {"space": "finance"}}

WARM_UP = 5
# Counted calls go on until they took so much processor time.
LONG_ENOUGH = 1.5


def tell(call, counted, started):
    taken = time.process_time() - started
    print(json.dumps({"call": call, "calls": counted, "ms": taken * 1000 / counted}))


def measure(call, work):
    for _ in range(WARM_UP):
        work()
    counted, started = 0, time.process_time()
    while time.process_time() - started < LONG_ENOUGH:
        work()
        counted += 1
    tell(call, counted, started)


async def measure_async(call, work):
    for _ in range(WARM_UP):
        await work()
    counted, started = 0, time.process_time()
    while time.process_time() - started < LONG_ENOUGH:
        await work()
        counted += 1
    tell(call, counted, started)


def mistral(base):
    from mistralai.client import Mistral

    connectors = Mistral(api_key=KEY, server_url=base).beta.connectors
    measure("list", lambda: connectors.list())
    measure("get", lambda: connectors.get(connector_id_or_name="wiki_search"))
    measure(
        "call_tool",
        lambda: connectors.call_tool(
            connector_id_or_name="wiki_search", tool_name="search", arguments=QUESTION
        ),
    )


def cohere(base):
    import cohere as library

    connectors = library.Client(api_key=KEY, base_url=base).connectors
    measure("list", lambda: connectors.list())
    measure("get", lambda: connectors.get("intranet-9kx2"))


def agentstack(base):
    import os

    # Without a client of the caller's own each call makes one, which reads all certificate authorities.
    os.environ["PLATFORM_URL"] = base
    from agentstack_sdk.platform.connector import Connector

    request = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "echo", "arguments": {"text": "how to file expenses"}},
    }

    async def relayed():
        body = json.dumps(request).encode()
        async for answer in Connector.mcp_proxy(CONNECTOR, method="POST", content=body):
            assert json.loads(answer.chunk)["result"]

    async def all_of_them():
        await measure_async("list", lambda: Connector.list())
        await measure_async("get", lambda: Connector.get(CONNECTOR))
        await measure_async("call_tool", relayed)

    asyncio.run(all_of_them())


def airbyte(base):
    import os

    os.environ["SDK_DEV_ADP_API_HOST"] = base
    # It would report its use to the vendor.
    os.environ["AIRBYTE_TELEMETRY_MODE"] = "disabled"
    from airbyte_agent_sdk import connect
    from airbyte_agent_sdk.workspace import Workspace

    credentials = {"client_id": "cid-1", "client_secret": KEY}

    async def all_of_them():
        workspace = Workspace(**credentials)
        stripe = connect("stripe", connector_id=CONNECTOR, **credentials)
        await measure_async("list", workspace.list_connectors)
        await measure_async(
            "call_tool",
            lambda: stripe.execute(
                "customers",
                "list",
                params={"limit": 10, "cursor": "c=="},
                select_fields=["id", "billing.city"],
            ),
        )

    asyncio.run(all_of_them())


{"mistral": mistral, "cohere": cohere, "agentstack": agentstack, "airbyte": airbyte}[sys.argv[1]](
    sys.argv[2]
)
