-- Prosody with what a room over WebSocket needs, and nothing else. PORT and FOLDER are put in.
pidfile = "FOLDER/prosody.pid"
data_path = "FOLDER"
run_as_root = true
log = { error = "*console" }
modules_enabled = { "disco", "saslauth", "websocket" }
modules_disabled = { "s2s", "offline" }
c2s_ports = {}
consider_websocket_secure = true
http_interfaces = { "127.0.0.1" }
http_ports = { PORT }
https_ports = {}
network_backend = "epoll"
network_settings = { tcp_backlog = 4096 }
-- As the documentation advises for busy servers.
gc = { mode = "generational" }

VirtualHost "localhost"
    authentication = "anonymous"

Component "rooms.localhost" "muc"
    muc_room_locking = false
    restrict_room_creation = false
