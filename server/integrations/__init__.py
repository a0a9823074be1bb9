"""What connects the server to the world around it; each part can be left out."""
