"""The physical limit of a round of frames, as a small C program."""
