-- Take a room out of those with stashed puts, unless it was put in again. KEYS: pending. ARGV: room, mark.
if redis.call('HGET', KEYS[1], ARGV[1]) == ARGV[2] then
  return redis.call('HDEL', KEYS[1], ARGV[1])
end
return 0
