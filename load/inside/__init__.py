"""What cannot be reached from outside: rooms of more people than a machine has sockets for.

The only part of `load` that knows the server. It prepares data folders, and takes single pieces
of the server's work apart; whatever is measured over a wire is measured from outside.
"""
