-- Delete values that have expired.
-- KEYS: expiries, then for each table: values, keys. ARGV: now, then for each: place of its table, table, key.
local count = 0
for at = 2, #ARGV, 3 do
  local member = ARGV[at + 1] .. '\0' .. ARGV[at + 2]
  local expires = redis.call('ZSCORE', KEYS[1], member)
  if expires and tonumber(expires) <= tonumber(ARGV[1]) then
    count = count + redis.call('HDEL', KEYS[2 * tonumber(ARGV[at])], ARGV[at + 2])
    redis.call('ZREM', KEYS[1 + 2 * tonumber(ARGV[at])], ARGV[at + 2])
    redis.call('ZREM', KEYS[1], member)
  end
end
return count
