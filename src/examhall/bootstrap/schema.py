"""The schemas of the web layer, for the command line."""

from examhall.web.app import openapi_schema
from examhall.web.socket_schema import socket_schema

__all__ = ["openapi_schema", "socket_schema"]
