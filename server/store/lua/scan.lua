-- List live values in the order of their keys.
-- KEYS: values, keys. ARGV: after ('' from the first), limit, now, most keys to look at.
-- Returns: 1 when the end was reached, key looked at last, then keys and bytes in turn.
local least = ARGV[1] == '' and '-' or '(' .. ARGV[1]
local keys = redis.call('ZRANGEBYLEX', KEYS[2], least, '+', 'LIMIT', 0, ARGV[4])
local limit, now = tonumber(ARGV[2]), tonumber(ARGV[3])
local reply = {#keys < tonumber(ARGV[4]) and 1 or 0, ARGV[1]}
for _, key in ipairs(keys) do
  if #reply >= 2 + 2 * limit then
    reply[1] = 1
    break
  end
  reply[2] = key
  local stored = redis.call('HGET', KEYS[1], key)
  if stored then
    local expires, _, at = string.match(stored, '^(%d*) (%w*) ()')
    if expires == '' or tonumber(expires) > now then
      reply[#reply + 1] = key
      reply[#reply + 1] = string.sub(stored, at)
    end
  end
end
return reply
