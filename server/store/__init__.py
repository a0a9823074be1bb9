"""The log of each room, and the small values beside the logs."""
