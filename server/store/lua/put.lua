-- Put small values, all or none.
-- KEYS: expiries, applied, then for each table: values, keys.
-- ARGV: now, token, room, epoch and number of stashed puts ('' when they are not stashed), then for each put:
--       place of its table among the tables, table, key, 1 for "if absent", 1 for a value, expiry ('' never), value.
-- A stored value is: expiry, token, bytes, with a space between.
-- Returns 1, or 0 when an "if absent" found a live value.
local now, token = tonumber(ARGV[1]), ARGV[2]
if ARGV[3] ~= '' then
  local applied = redis.call('HGET', KEYS[2], ARGV[3])
  if applied then
    local epoch, number = string.match(applied, '^(%S+) (%d+)$')
    if epoch == ARGV[4] and tonumber(number) >= tonumber(ARGV[5]) then
      return 1
    end
  end
end
local seen = {}
for at = 6, #ARGV, 7 do
  local name = ARGV[at + 1] .. '\0' .. ARGV[at + 2]
  if ARGV[at + 3] == '1' then
    local expires, owner = seen[name], ''
    if expires == nil then
      local stored = redis.call('HGET', KEYS[1 + 2 * tonumber(ARGV[at])], ARGV[at + 2])
      if stored then
        expires, owner = string.match(stored, '^(%d*) (%w*) ')
      end
    end
    -- One with our own token was put by an earlier try of this call, whose answer was lost.
    if expires and owner ~= token and (expires == '' or tonumber(expires) > now) then
      return 0
    end
  end
  seen[name] = ARGV[at + 4] == '1' and ARGV[at + 5] or false
end
for at = 6, #ARGV, 7 do
  local values, keys = KEYS[1 + 2 * tonumber(ARGV[at])], KEYS[2 + 2 * tonumber(ARGV[at])]
  local key, member = ARGV[at + 2], ARGV[at + 1] .. '\0' .. ARGV[at + 2]
  if ARGV[at + 4] == '1' then
    redis.call('HSET', values, key, ARGV[at + 5] .. ' ' .. token .. ' ' .. ARGV[at + 6])
    redis.call('ZADD', keys, 0, key)
    if ARGV[at + 5] ~= '' then
      redis.call('ZADD', KEYS[1], ARGV[at + 5], member)
    else
      redis.call('ZREM', KEYS[1], member)
    end
  else
    redis.call('HDEL', values, key)
    redis.call('ZREM', keys, key)
    redis.call('ZREM', KEYS[1], member)
  end
end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[3], ARGV[4] .. ' ' .. ARGV[5])
end
return 1
