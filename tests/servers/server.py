"""A server with one of everything, over the official SDK for Python or over FastMCP: `server.py sdk|fastmcp stdio`, or
`server.py sdk|fastmcp http PORT`."""

import asyncio
import sys

from pydantic import BaseModel

if sys.argv[1] == "fastmcp":
    from fastmcp import Context, FastMCP as Server
else:
    from mcp.server import MCPServer as Server
    from mcp.server.mcpserver import Context

server = Server(sys.argv[1], version="1.0", instructions="Say something.")


@server.tool()
def echo(message: str) -> str:
    """Says it again."""
    return f"Echo: {message}"


@server.tool()
async def long(steps: int, seconds: float, ctx: Context) -> str:
    """Takes its time, and tells how far it is."""
    for step in range(steps):
        await asyncio.sleep(seconds / steps)
        await ctx.report_progress(step + 1, steps)
    return "done"


class Person(BaseModel):
    """What is asked of a person."""

    name: str


@server.tool()
async def ask(ctx: Context) -> str:
    """Asks for a name."""
    answer = await ctx.elicit("Who is there?", Person)
    return f"Hello {answer.data.name}" if answer.action == "accept" else answer.action


@server.resource("note://welcome")
def welcome() -> str:
    """A line of text."""
    return "Welcome."


@server.resource("note://of/{name}")
def note(name: str) -> str:
    """A line for somebody."""
    return f"A note for {name}."


@server.prompt()
def weather(city: str) -> str:
    """Asks for the weather."""
    return f"What's weather in {city}?"


if sys.argv[2] == "http":
    server.run("streamable-http", host="127.0.0.1", port=int(sys.argv[3]))
else:
    server.run("stdio")
