-- Take tokens from a bucket that time fills, or only look.
-- KEYS: bucket. ARGV: burst, tokens per second, count (0 to look).
-- The bucket is kept as the time at which it will be full again (the generic cell rate algorithm); the time is that of
-- this server, so that the clocks of the nodes do not matter.
-- Returns 0, or in how many milliseconds to try again.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local burst, per_ms, count = tonumber(ARGV[1]), tonumber(ARGV[2]) / 1000, tonumber(ARGV[3])
-- Never fuller than full nor emptier than empty: this clock may have been set back since, and nobody waits for that.
local full_at = math.max(now, tonumber(redis.call('GET', KEYS[1]) or '0'))
full_at = math.min(full_at, now + burst / per_ms)
local level = burst - (full_at - now) * per_ms
if level < math.max(count, 1) - 0.000001 then
  return math.ceil((math.max(count, 1) - level) / per_ms)
end
if count > 0 then
  full_at = full_at + count / per_ms
  redis.call('SET', KEYS[1], string.format('%.3f', full_at), 'PX', math.ceil(full_at - now) + 1000)
end
return 0
