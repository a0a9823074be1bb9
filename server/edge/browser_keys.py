"""Keys that a browser makes for one way of coming in, and shows at its end.

Where cookies cannot hold a way together (frames of other sites), only such a key can show that it
ends in the browser in which it began.
"""

import hashlib
import hmac


def hash_of(key: str) -> str:
    """Hash the key of a browser, which has 256 random bits."""
    return hashlib.sha256(f"usher browser {key}".encode()).hexdigest()


def is_key_of(key: str, key_hash: str) -> bool:
    """Say whether a key is the one that was hashed."""
    return hmac.compare_digest(hash_of(key), key_hash)
