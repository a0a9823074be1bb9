"""What a server leaves in its data folder for the command line; loads nothing else."""

OPERATOR_KEY_FILE = "operator.key"
STARTED_FILE = "server.json"
"""In the data folder while the server runs: where the command line finds it."""
