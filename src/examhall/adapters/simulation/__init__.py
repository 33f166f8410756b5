"""Simulated candidates: drawn rooms with free portraits, behaviours as tables, a real client.

A client program: it speaks to a server only over the wire. Needs the `simulate` extra.
"""
