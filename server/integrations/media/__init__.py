"""The media plane: a media server is told who may send and hear what."""
