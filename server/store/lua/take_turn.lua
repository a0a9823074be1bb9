-- Take the turn to append to a room, or a place in the queue for it. Nobody is kept from appending by this.
-- KEYS: meta, turn, queue. ARGV: who, for how many milliseconds, how long a place in the queue is kept.
-- Returns how many are before, 0 for whoever has the turn now; and the version of the head.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local head = redis.call('HGET', KEYS[1], 'version') or '0'
-- The queue is a hash of who waits since when, and when each was heard of last.
local waiting = redis.call('HGETALL', KEYS[3])
local since, before, is_first = nil, 0, true
for at = 1, #waiting, 2 do
  local came, heard = string.match(waiting[at + 1], '^(%S+) (%S+)$')
  if tonumber(heard) + tonumber(ARGV[3]) < now then
    redis.call('HDEL', KEYS[3], waiting[at])
  elseif waiting[at] == ARGV[1] then
    since = came
  end
end
for at = 1, #waiting, 2 do
  local came, heard = string.match(waiting[at + 1], '^(%S+) (%S+)$')
  if waiting[at] ~= ARGV[1] and tonumber(heard) + tonumber(ARGV[3]) >= now
      and (not since or tonumber(came) < tonumber(since)) then
    before = before + 1
    is_first = false
  end
end
local holder = redis.call('GET', KEYS[2])
if is_first and (not holder or holder == ARGV[1]) then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  redis.call('HDEL', KEYS[3], ARGV[1])
  return {0, head}
end
if not since then
  since = string.format('%.0f', tonumber(time[1]) * 1000000 + tonumber(time[2]))
end
redis.call('HSET', KEYS[3], ARGV[1], since .. ' ' .. string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[3], 60000)
return {before + 1, head}
