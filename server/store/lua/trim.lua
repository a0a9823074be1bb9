-- Forget some of the versions up to a position, never beyond the checkpoint.
-- KEYS: meta, log. ARGV: epoch, version, most versions at once.
-- Returns: ok, 1 when more of them are left.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'version', 'trimmed', 'tag', 'saved')
if not meta[1] or meta[1] ~= ARGV[1] then
  return {'lost', meta[1] or '', tonumber(meta[2] or '0')}
end
local trimmed = tonumber(meta[3] or '0')
local last = math.min(tonumber(ARGV[2]), tonumber(meta[5] or '0'))
local step = math.min(last, trimmed + tonumber(ARGV[3]))
if step <= trimmed then
  return {'ok', 0}
end
local id = string.format('%.0f-0', step)
local found = redis.call('XRANGE', KEYS[2], id, id)
redis.call('XTRIM', KEYS[2], 'MINID', string.format('%.0f-0', step + 1))
redis.call('HSET', KEYS[1], 'trimmed', string.format('%.0f', step), 'trimmed_tag', found[1] and found[1][2][4] or '')
return {'ok', step < last and 1 or 0}
