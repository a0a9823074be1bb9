-- Forget a node, but for the fact that it was dropped. KEYS: leases, dropped. ARGV: node.
local till = redis.call('HGET', KEYS[1], ARGV[1])
if till then
  redis.call('ZADD', KEYS[2], till, ARGV[1])
  redis.call('HDEL', KEYS[1], ARGV[1])
end
return 1
