"""The rules: one function per command or order, one file per subject."""
