-- Make a checkpoint count whose parts are all written, in the place of an older one.
-- KEYS: meta, parts of the new one, parts of the one to be replaced.
-- ARGV: epoch, version, name, name of the one to be replaced ('' none), count of parts.
local meta = redis.call('HMGET', KEYS[1], 'epoch', 'saved', 'saved_name')
if meta[1] ~= ARGV[1] then
  redis.call('UNLINK', KEYS[2])
  return {'lost', meta[1] or '', 0}
end
if tonumber(meta[2] or '-1') >= tonumber(ARGV[2]) then
  redis.call('UNLINK', KEYS[2])
  return {'old'}
end
if (meta[3] or '') ~= ARGV[4] then
  return {'again', meta[3]}
end
if redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[5]) then
  return {'torn'}
end
redis.call('PERSIST', KEYS[2])
redis.call('HSET', KEYS[1], 'saved', ARGV[2], 'saved_name', ARGV[3], 'saved_parts', ARGV[5])
if ARGV[4] ~= '' then
  redis.call('UNLINK', KEYS[3])
end
return {'ok'}
