-- End a turn, and give it to whoever waits longest and was heard of lately.
-- KEYS: meta, turn, queue. ARGV: who, for how many milliseconds the next one has it, how long a place in the queue is
-- kept, command to publish with, channel.
-- Returns 1, or 0 where the turn was not had any more. Who has it next is told by the word `turn WHO HEAD`.
if redis.call('GET', KEYS[2]) ~= ARGV[1] then
  return 0
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local waiting = redis.call('HGETALL', KEYS[3])
local first, longest
for at = 1, #waiting, 2 do
  local came, heard = string.match(waiting[at + 1], '^(%S+) (%S+)$')
  if tonumber(heard) + tonumber(ARGV[3]) >= now and (not longest or tonumber(came) < longest) then
    first, longest = waiting[at], tonumber(came)
  end
end
if not first then
  return redis.call('DEL', KEYS[2])
end
redis.call('SET', KEYS[2], first, 'PX', ARGV[2])
redis.call('HDEL', KEYS[3], first)
local head = redis.call('HGET', KEYS[1], 'version') or '0'
redis.call(ARGV[4], ARGV[5], 'turn ' .. first .. ' ' .. head)
return 1
