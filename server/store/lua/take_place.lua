-- Take one of the places that any stretch of time of a given length has, exactly.
-- KEYS: window. ARGV: places, length in milliseconds.
-- The window is kept as the times of those taken, the oldest first; the time is that of this server, so that the clocks
-- of the nodes do not matter.
-- Returns 1, or 0 where there is none.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local places, length = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], 0)
while oldest and tonumber(oldest) <= now - length do
  redis.call('LPOP', KEYS[1])
  oldest = redis.call('LINDEX', KEYS[1], 0)
end
if redis.call('LLEN', KEYS[1]) >= places then
  return 0
end
redis.call('RPUSH', KEYS[1], now)
redis.call('PEXPIRE', KEYS[1], length)
return 1
