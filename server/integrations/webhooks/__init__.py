"""Webhooks: a platform's backend hears of what happens in rooms, signed and in order."""
