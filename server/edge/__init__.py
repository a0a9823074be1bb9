"""The edge: pages, REST and the WebSocket. Thin: parse, say who is calling, ask the hub."""
