-- Begin a new life of a log, because somebody has seen another continuation of it.
-- KEYS: meta. ARGV: epoch that it had, new epoch, command to publish with ('' none), channel.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version')
if meta[1] ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[2])
if ARGV[3] ~= '' then
  redis.call(ARGV[3], ARGV[4], string.format('%.0f', tonumber(meta[2]) + 1))
end
return 1
