-- List rooms whose time has come by the index, and that no node holds open.
-- KEYS: wakes, marks, held. ARGV: now, limit. Returns rooms, times and marks in turn.
local reply, offset = {}, 0
local limit = tonumber(ARGV[2])
while #reply < 3 * limit do
  local found = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', offset, 500)
  if #found == 0 then
    break
  end
  for at = 1, #found, 2 do
    local held = redis.call('ZSCORE', KEYS[3], found[at])
    if #reply < 3 * limit and not (held and tonumber(held) > tonumber(ARGV[1])) then
      reply[#reply + 1] = found[at]
      reply[#reply + 1] = found[at + 1]
      reply[#reply + 1] = redis.call('HGET', KEYS[2], found[at]) or ''
    end
  end
  offset = offset + 500
end
return reply
