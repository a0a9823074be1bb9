"""What belongs to the content of an entry beside its address."""

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.model import Wire
from protocol.text import Language, Url

MAX_CAPTIONS = 20


class Caption(Wire):
    """Captions of a video in one language.

    Args:
        language: BCP 47, such as `en` or `pt-BR`.
        label: what the player's menu calls it.
        url: a WebVTT file.
    """

    language: Language
    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    url: Url


Captions = Annotated[tuple[Caption, ...], Field(max_length=MAX_CAPTIONS)]
"""The first is shown from the start."""
