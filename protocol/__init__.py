"""The words on the wire: commands, views, deltas, errors, codecs and the wire version.

This package imports nothing of the server, so that clients, the load generator and generated
types can depend on it alone. Only `protocol.client` and `python -m protocol.schema` do I/O.
"""
