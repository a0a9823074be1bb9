"""The live-session participant server."""
